// The review queue: who rests on an item claims it, and clocks go on.
import { refresh } from "./live.js";
import "./fixes.js";

const REST_MS = 300; // walking past an item claims nothing
const RENEW_MS = 25_000; // a claim lasts 60 s
const TICK_MS = 30_000;
const ASK = { headers: { "HX-Request": "true" } };

const opened = document.querySelector("[data-opened]"); // a booking's own page is about it all the time
let mine, resting;

document.addEventListener("focusin", (event) => {
  if (event.target.closest("dialog")) return; // a dialog is about the item it was opened from
  const row = event.target.closest("[data-claim]");
  if (opened) return;
  clearTimeout(resting);
  if (mine && mine.id !== row?.id) leave();
  if (row && mine?.id !== row.id) resting = setTimeout(() => take(row), REST_MS);
});
document.addEventListener("ops:read", () => { if (mine && !document.getElementById(mine.id)?.dataset.claim) mine = undefined; });
addEventListener("pagehide", leave);
setInterval(() => { if (mine && !document.hidden) send(mine.claim); }, RENEW_MS);
setInterval(refresh, TICK_MS);
setInterval(ended, 1_000);
if (opened) take(opened);

function send(address) {
  return fetch(address, { method: "POST", keepalive: true, ...ASK }).catch(() => null);
}

async function take(row) {
  const wanted = { id: row.id, claim: row.dataset.claim, release: row.dataset.release };
  const answer = await send(wanted.claim);
  if (!answer?.ok) return refresh(); // somebody else has it, or it is settled: the page says which
  if (opened || document.activeElement?.closest("[data-claim]")?.id === row.id || document.querySelector("dialog[open]")) mine = wanted;
  else send(wanted.release);
}

function leave() {
  if (mine) send(mine.release);
  mine = undefined;
}

// Nobody tells of a claim that has run out.
function ended() {
  const over = [...document.querySelectorAll("[data-until]")].some((row) => Date.parse(row.dataset.until) < Date.now());
  if (over) refresh();
}
