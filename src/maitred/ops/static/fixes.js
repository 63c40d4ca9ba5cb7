// Ways out of a booking without a table: read when they may have changed, for the review queue and the door.
import { rows } from "./keys.js";

const AGAIN_MS = 5_000;
const ASK = { headers: { "HX-Request": "true" } };
let filling = false, again = false;

document.addEventListener("ops:read", fill);
setInterval(fill, AGAIN_MS);
addEventListener("scroll", fill, { passive: true });
fill();

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
