// The door: the walk-in's line is answered in place, and Enter goes on to what the answer offers.
import { refresh } from "./live.js";
import "./fixes.js";

const LOOK_MS = 20_000; // what is said in minutes grows old
const SETTLED_MS = 1_500; // what changed between this page and the opening of its stream, nobody tells
let toOffer = Boolean(document.getElementById("told"));

function offered() {
  if (!toOffer || !document.getElementById("told")) return;
  toOffer = false;
  const name = document.getElementById("queue-name");
  (document.getElementById("seat-now") ?? (name && !name.value ? name : document.getElementById("queue-now")))?.focus();
}

document.addEventListener("submit", async (event) => {
  if (event.target.id !== "walk-in") return;
  event.preventDefault();
  const asked = document.getElementById("party").value.trim();
  show(asked);
  toOffer = Boolean(asked);
  await refresh();
  offered();
});

function show(asked) {
  const address = new URL(location.href);
  if (asked) address.searchParams.set("party", asked); else address.searchParams.delete("party");
  history.replaceState(null, "", address);
}

function clear() {
  show("");
  document.getElementById("party").value = "";
}

// Seen before the page reads itself again: a party that is seated or waits leaves the line.
document.addEventListener("ops:changed", (event) => { if (event.detail?.door) { clear(); document.activeElement?.blur(); } }, true);
document.addEventListener("click", (event) => {
  if (!event.target.closest("#told-close")) return;
  event.preventDefault();
  clear();
  refresh();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !document.getElementById("told") || document.querySelector("dialog[open]")) return;
  clear();
  refresh();
});
if (new URL(location.href).searchParams.has("walk-in")) { document.getElementById("party")?.focus(); history.replaceState(null, "", location.pathname); }
setTimeout(refresh, SETTLED_MS);
setInterval(() => { if (!document.hidden) refresh(); }, LOOK_MS);
offered();
