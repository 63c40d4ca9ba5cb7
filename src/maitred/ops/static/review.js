// The review queue: who rests on an item claims it, ways out are read when they may have changed, clocks go on.
import { refresh } from "./live.js";
import { rows } from "./keys.js";

const REST_MS = 300; // walking past an item claims nothing
const RENEW_MS = 25_000; // a claim lasts 60 s
const TICK_MS = 30_000;
const AGAIN_MS = 5_000;
const ASK = { headers: { "HX-Request": "true" } };

const opened = document.querySelector("[data-opened]"); // a booking's own page is about it all the time
let mine, resting, filling = false, again = false;

document.addEventListener("focusin", (event) => {
  if (event.target.closest("dialog")) return; // a dialog is about the item it was opened from
  const row = event.target.closest("[data-claim]");
  if (opened) return;
  clearTimeout(resting);
  if (mine && mine.id !== row?.id) leave();
  if (row && mine?.id !== row.id) resting = setTimeout(() => take(row), REST_MS);
});
document.addEventListener("ops:read", () => { if (mine && !document.getElementById(mine.id)?.dataset.claim) mine = undefined; fill(); });
addEventListener("pagehide", leave);
setInterval(() => { if (mine && !document.hidden) send(mine.claim); }, RENEW_MS);
setInterval(refresh, TICK_MS);
setInterval(ended, 1_000);
setInterval(fill, AGAIN_MS);
addEventListener("scroll", fill, { passive: true });
fill();
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

// The item in hand first, then what is near the window, one at a time and not again within a while: each costs the
// engine some work, and on a busy evening something happens all the time.
async function fill() {
  if (filling) { again = true; return; }
  filling = true;
  do {
    again = false;
    for (let box; (box = stale()); ) await read(box);
  } while (again);
  filling = false;
}

function stale() {
  const here = document.activeElement?.closest("[data-row]");
  return [here, ...rows().filter(near)].filter(Boolean).map((row) => row.querySelector("[data-fixes]")).find((box) => {
    const row = box?.closest("[data-row]");
    return box && box.dataset.stamp !== row.dataset.stamp && (row === here || !(performance.now() - box.dataset.at < AGAIN_MS));
  });
}

function near(row) {
  const { top, bottom } = row.getBoundingClientRect();
  return bottom > -innerHeight && top < 2 * innerHeight;
}

async function read(box) {
  const stamp = box.closest("[data-row]").dataset.stamp;
  const answer = await fetch(box.dataset.fixes, ASK).catch(() => null);
  box.dataset.at = performance.now();
  box.dataset.stamp = stamp; // also when it failed: the next change asks again
  if (answer?.ok) await htmx.swap({ sourceElement: box, target: box, text: await answer.text(), swap: "innerMorph" });
}
