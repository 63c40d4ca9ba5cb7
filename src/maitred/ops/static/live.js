// Live: when the server tells of a change, the page reads itself again and is morphed in place, so that the focus and
// the line under the cursor stay where they are. When the stream stops the banner says so, and the page looks by itself.
import { focusRow } from "./keys.js";

const SILENT_MS = 25_000; // two beats of the server and a half
const LOOK_MS = 5_000;

let source, lastHeard, looking, running = false, again = false;

export function startLive() {
  document.addEventListener("ops:changed", (event) => changed(event.detail ?? {}));
  const main = document.querySelector("main[data-live]");
  if (!main) return;
  listen(main.dataset.live);
  setInterval(() => { if (Date.now() - lastHeard > SILENT_MS) listen(main.dataset.live); }, LOOK_MS);
  addEventListener("pagehide", () => source?.close());
}

function listen(url) {
  source?.close();
  lastHeard = Date.now();
  source = new EventSource(url);
  source.addEventListener("open", () => { heard(); });
  source.addEventListener("beat", heard);
  source.addEventListener("changed", (event) => {
    heard();
    const told = JSON.parse(event.data);
    const day = document.querySelector("main").dataset.day;
    if (!day || !told.days.length || told.days.includes(day)) refresh();
  });
  source.onerror = stopped;
}

function heard() {
  lastHeard = Date.now();
  const banner = document.getElementById("banner");
  if (banner.hidden) return;
  banner.hidden = true;
  clearInterval(looking);
  looking = undefined;
  refresh();
}

function stopped() {
  const banner = document.getElementById("banner");
  if (!banner.hidden) return;
  banner.textContent = banner.dataset.stopped;
  banner.hidden = false;
  looking ??= setInterval(refresh, LOOK_MS);
}

function changed(detail) {
  document.getElementById("dialog")?.close();
  if (detail.go) location.assign(detail.go);
  else refresh();
}

export async function refresh() {
  if (running) { again = true; return; }
  running = true;
  try {
    do {
      again = false;
      await reread();
    } while (again);
  } finally {
    running = false;
  }
}

async function reread() {
  const main = document.querySelector("main");
  if (!main || document.querySelector("[data-busy]")) return;
  const row = lineInHand();
  const address = new URL(location.href);
  if (row) address.searchParams.set("keep", row.dataset.id);
  const asked = await fetch(address, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null);
  if (!asked?.ok) return;
  const html = await asked.text();
  if (lineInHand()?.id !== row?.id) { again = true; return; } // moved on meanwhile: what was kept is another line
  const top = row?.getBoundingClientRect().top;
  await htmx.swap({ sourceElement: main, target: main, text: html, swap: "outerMorph" });
  const still = row && document.getElementById(row.id);
  if (still && !document.querySelector("dialog[open]") && !still.contains(document.activeElement)) focusRow(still);
  if (still && top !== undefined) scrollBy(0, still.getBoundingClientRect().top - top);
  document.dispatchEvent(new CustomEvent("ops:read"));
}

// While a dialog is open it is the line that it was opened from.
function lineInHand() {
  const dialog = document.querySelector("#dialog[open]");
  const line = dialog ? document.getElementById(dialog.dataset.from) : document.activeElement?.closest?.("[data-row]");
  return line?.dataset.id ? line : null;
}
