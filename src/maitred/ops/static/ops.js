// The one entry: what every screen needs. A screen's own module is loaded when its `main` names one (data-module).
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startDialogs } from "./dialogs.js";
import { startFaults } from "./faults.js";
import { startPalette } from "./palette.js";

startKeys();
startDialogs();
startFaults();
startPalette();
startLive();

const modules = new Set((document.querySelector("main")?.dataset.module ?? "").split(" ").filter(Boolean));
await Promise.all([...modules].map((name) => import(`./${name}.js`)));

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-places]")) location.assign(event.target.value);
});
document.addEventListener("toggle", (event) => { // who opens what asks once more goes on to its answer
  if (event.target.matches("details[data-sure][open]")) event.target.querySelector("button").focus();
}, true);
document.documentElement.dataset.ready = "true"; // tests wait for it
