// Make room: Space keeps a party out of the plan, Enter carries it out. The plan a person looks at is never exchanged
// under their hands (data-busy holds re-reads back); when it is stale, the answer says so and the new one is shown.
import { focusRow } from "./keys.js";

let last = 0;

async function reread(address) {
  const mine = ++last, row = document.activeElement?.closest?.("[data-row]");
  const asked = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!asked?.ok || mine !== last) return;
  history.replaceState(null, "", address);
  const main = document.querySelector("main");
  await htmx.swap({ sourceElement: main, target: main, text: await asked.text(), swap: "outerMorph" });
  const still = row && document.getElementById(row.id);
  if (still) focusRow(still);
}

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle]");
  if (!toggle || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  reread(toggle.href);
});
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return;
  // Enter carries the plan out from the page itself and from its lines, never from something that has an Enter of its own.
  if (event.key === "Enter" && event.target.matches("body, main, [data-row]")) document.getElementById("commit")?.click();
  if (event.key === "Escape" && !event.target.closest("input, select, textarea, dialog, details")) {
    event.preventDefault(); // a browser's own Esc ends a page that is loading: the one we leave for
    document.querySelector("[data-leave]")?.click();
  }
});
document.addEventListener("ops:changed", () => reread(location.href));
document.addEventListener("room:stale", () => {
  const address = new URL(location.href);
  address.searchParams.set("stale", "1");
  reread(address);
});
