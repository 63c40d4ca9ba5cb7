// Live: when the server tells of a change, the page reads itself again and is morphed in place, so that the focus and
// the line under the cursor stay where they are. When the stream stops the banner says so, and the page looks by itself.
// Browsers allow six connections to a host, so the tabs of one browser share one stream: who holds the lock keeps it and
// passes on what it hears. Without locks (plain HTTP beyond this machine) every tab has its own.
import { focusRow } from "./keys.js";

const SILENT_MS = 25_000; // two beats of the server and a half
const LOOK_MS = 5_000;
const SHARED_MS = 300;

let source, channel, release, lastHeard, lastTold, looking, since, running, again = false, stale = false;

export function startLive() {
  document.addEventListener("ops:changed", (event) => changed(event.detail ?? {}));
  const { live: url, since: made } = document.querySelector("main[data-live]")?.dataset ?? {};
  if (!url) return;
  since = made;
  share(url);
  setInterval(() => look(url), LOOK_MS);
  addEventListener("pagehide", () => { source?.close(); channel?.close(); release?.(); source = channel = release = undefined; });
  addEventListener("pageshow", (event) => { if (event.persisted) { share(url); refresh(); } });
  document.addEventListener("visibilitychange", () => { if (stale && !document.hidden) refresh(); });
}

function share(url) {
  lastHeard = lastTold = Date.now();
  if (!navigator.locks) return listen(url);
  channel = new BroadcastChannel(`maitred ${url}`);
  channel.onmessage = (event) => told(event.data);
  lead(url, false);
  setTimeout(() => { if (!source) refresh(); }, SHARED_MS); // whose stream we share cannot know what we have missed
}

function lead(url, steal) {
  const held = () => { listen(url); return new Promise((done) => { release = done; }); };
  navigator.locks.request(`maitred ${url}`, { steal }, held).catch(() => { source?.close(); source = undefined; if (channel) lead(url, false); });
}

function look(url) {
  if (!source) {
    if (Date.now() - lastTold > SILENT_MS) { lastTold = Date.now(); lead(url, true); } // who leads is frozen
    return;
  }
  channel?.postMessage({ kind: "alive" });
  const silent = Date.now() - lastHeard > SILENT_MS;
  if (silent) tell({ kind: "stopped" });
  if (silent || source.readyState === EventSource.CLOSED) listen(url);
}

function listen(url) {
  source?.close();
  lastHeard = Date.now();
  source = new EventSource(since ? `${url}?since=${since}` : url);
  since = undefined; // a reconnection reads again by itself
  source.addEventListener("open", () => tell({ kind: "heard" }));
  source.addEventListener("beat", () => tell({ kind: "heard" }));
  source.addEventListener("changed", (event) => tell({ kind: "changed", days: JSON.parse(event.data).days }));
  source.onerror = () => tell({ kind: "stopped" });
}

function tell(message) {
  channel?.postMessage(message);
  told(message);
}

function told({ kind, days }) {
  lastTold = Date.now();
  if (kind === "stopped") return stopped();
  if (kind === "alive") return;
  heard();
  const day = document.querySelector("main").dataset.day;
  if (kind === "changed" && (!day || !days.length || days.includes(day))) refresh();
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

// Resolves when the page shows what was asked for now, also where a reading was under way already.
export async function refresh() {
  stale = document.hidden; // nobody looks: when somebody does again is soon enough
  if (stale) return;
  again = true;
  await (running ??= readOn());
}

async function readOn() {
  try {
    do {
      again = false;
      await reread();
    } while (again);
  } finally {
    running = undefined;
  }
}

async function reread() {
  const main = document.querySelector("main");
  if (!main || document.querySelector("[data-busy]")) return;
  const row = lineInHand();
  const address = new URL(location.href);
  if (row) address.searchParams.set("keep", row.dataset.id);
  const asked = await fetch(address, { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null);
  if (asked?.status === 401) return location.reload(); // the session is over: to the sign-in, and back here
  if (!asked?.ok) return;
  const html = await asked.text();
  if (lineInHand()?.id !== row?.id) { again = true; return; } // moved on meanwhile: what was kept is another line
  const top = row?.getBoundingClientRect().top;
  await htmx.swap({ sourceElement: main, target: main, text: html, swap: "outerMorph" });
  const still = row && document.getElementById(row.id);
  if (still && !document.querySelector("dialog[open]") && !still.contains(document.activeElement)) focusRow(still);
  if (still && top !== undefined) scrollBy(0, still.getBoundingClientRect().top - top);
  countWaiting();
  document.dispatchEvent(new CustomEvent("ops:read"));
}

// How many wait for a person or need a table stands in the navigation, which is not read again.
function countWaiting() {
  const { reviews, tableless, pressing } = document.querySelector("main")?.dataset ?? {};
  count(document.getElementById("reviews-waiting"), reviews)?.toggleAttribute("data-pressing", pressing !== undefined);
  count(document.getElementById("tableless"), tableless);
}

function count(badge, number) {
  if (!badge) return null;
  badge.hidden = !number;
  badge.firstChild.data = number ?? "0";
  return badge;
}

// While a dialog is open it is the line that it was opened from.
function lineInHand() {
  const dialog = document.querySelector("#dialog[open]");
  const line = dialog ? document.getElementById(dialog.dataset.from) : document.activeElement?.closest?.("[data-row]");
  return line?.dataset.id ? line : null;
}
