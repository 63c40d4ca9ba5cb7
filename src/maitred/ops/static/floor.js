// The floor: arrow keys go to the nearest table in their direction, the slider shows another time of the day.
import { open } from "./dialogs.js";
import { focusRow } from "./keys.js";

const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
let last = 0;

const spots = () => [...document.querySelectorAll("[data-spot]")];

// Sideways distance counts three times: whoever goes right wants to stay in the row.
function nearest(from, [dx, dy]) {
  const x = Number(from.dataset.x), y = Number(from.dataset.y);
  let best, least = Infinity;
  for (const other of spots()) {
    const along = (other.dataset.x - x) * dx + (other.dataset.y - y) * dy;
    const aside = Math.abs((other.dataset.x - x) * dy) + Math.abs((other.dataset.y - y) * dx);
    if (other === from || along <= 0 || along + 3 * aside >= least) continue;
    best = other;
    least = along + 3 * aside;
  }
  return best;
}

function focusSpot(spot) {
  for (const other of spots()) other.setAttribute("tabindex", other === spot ? "0" : "-1");
  spot.focus();
}

async function reread(address) {
  const mine = ++last, focused = document.activeElement?.id;
  history.replaceState(null, "", address);
  const asked = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!asked?.ok || mine !== last) return;
  const main = document.querySelector("main");
  await htmx.swap({ sourceElement: main, target: main, text: await asked.text(), swap: "outerMorph" });
  const still = focused && document.getElementById(focused);
  if (still && still !== document.activeElement) still.matches("[data-row]") ? focusRow(still) : still.focus();
}

document.addEventListener("keydown", (event) => {
  const spot = event.target.closest?.("[data-spot]");
  if (!spot || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key in DIRECTIONS) {
    const to = nearest(spot, DIRECTIONS[event.key]);
    event.preventDefault();
    if (to) focusSpot(to);
  } else if (event.key === "x" && document.documentElement.dataset.keys !== "off" && spot.dataset.room) {
    event.preventDefault();
    location.assign(spot.dataset.room);
  }
}, true);
document.addEventListener("click", (event) => {
  const spot = event.target.closest?.("[data-spot]"), time = event.target.closest?.("[data-time]");
  if (event.ctrlKey || event.metaKey) return;
  if (spot) {
    event.preventDefault();
    focusSpot(spot);
    open(spot.getAttribute("href"));
  }
  if (time) {
    event.preventDefault();
    reread(time.href);
  }
});
document.addEventListener("input", (event) => {
  if (event.target.id !== "minute") return;
  const address = new URL(location.href);
  address.searchParams.delete("at");
  address.searchParams.set("minute", event.target.value);
  reread(address.href);
});
