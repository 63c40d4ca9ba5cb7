// The timeline: the now-line, the actions of the cell that has the focus, and dragging a bar to another row as a
// shortcut to the dialog that shows what the move does. The grid itself is grid.js.
import { focusCell } from "./grid.js";
import { refresh } from "./live.js";
import { open } from "./dialogs.js";

const NOW_MS = 15_000, LOOK_MS = 30_000, DRAG_PX = 6;
const COLUMN_MS = 5 * 60_000;
let last; // the cell that had the focus, for when its element goes

const board = () => document.getElementById("board");
const acts = () => document.getElementById("board-acts");

place();
setInterval(place, NOW_MS);
setInterval(() => { if (!document.hidden) refresh(); }, LOOK_MS); // holds end without a word
reveal();

function place() {
  const line = document.getElementById("now"), table = board();
  if (!line || !table) return;
  const first = table.tHead.rows[0].cells[1], at = (Date.now() - Date.parse(table.dataset.start)) / COLUMN_MS;
  const columns = table.querySelector("col.five").span;
  line.hidden = at < 0 || at > columns || !first?.getClientRects().length || getComputedStyle(table).display !== "table";
  if (line.hidden) return;
  line.style.insetInlineStart = `${table.tHead.rows[0].cells[0].offsetWidth + (first.offsetWidth / 12) * at}px`;
  line.style.height = `${table.offsetHeight}px`;
}

// Begin where the present is, or else the first party.
function reveal() {
  const scroll = document.getElementById("board-scroll"), line = document.getElementById("now");
  if (!scroll) return;
  const rtl = getComputedStyle(scroll).direction === "rtl" ? -1 : 1;
  const present = line && !line.hidden ? parseFloat(line.style.insetInlineStart) - 320 : undefined;
  const bars = [...scroll.querySelectorAll("td.slot")].map((bar) => bar.offsetLeft);
  const first = bars.length ? Math.min(...bars) - 220 : 0;
  scroll.scrollLeft = rtl * Math.max(0, present ?? (rtl > 0 ? first : 0));
}

// -- what can be done to the cell that has the focus

document.addEventListener("focusin", (event) => {
  const cell = event.target.closest?.("#board [data-cell]");
  if (cell) show(cell);
  else if (acts() && !event.target.closest("#board-acts, dialog, #toasts")) acts().hidden = true;
});

function show(cell) {
  last = { id: cell.dataset.id, table: cell.closest("tr").dataset.table, left: cell.offsetLeft };
  const hint = document.getElementById("hint");
  if (hint) hint.textContent = cell.getAttribute("aria-label");
  for (const bar of board().querySelectorAll(".linked")) bar.classList.remove("linked");
  for (const bar of same(cell.dataset.id)) bar.classList.add("linked");
  const bar = acts();
  if (!bar) return;
  bar.hidden = false;
  const name = cell.querySelector("b")?.textContent;
  bar.querySelector("#board-who").textContent = name ? `${last.table} · ${name}` : last.table;
  const can = (cell.dataset.can ?? "").split(" "), at = board().dataset, day = encodeURIComponent(at.on);
  const table = encodeURIComponent(last.table), from = cell.dataset.from, to = cell.dataset.to;
  const links = {
    move: `${at.url}/${cell.dataset.id}/move`,
    pin: `${at.pin}/${cell.dataset.id}/pin`,
    unpin: `${at.url}/${cell.dataset.id}`,
    size: `${at.pin}/${cell.dataset.id}/change`,
    open: `${at.url}/other/${cell.dataset.id}?date=${day}`,
    close: `${at.url}/tables/${table}/close?date=${day}&from=${from}&to=${to}`,
  };
  for (const link of bar.querySelectorAll("[data-act]")) {
    const act = link.dataset.act, shown = act === "close" ? !can.includes("open") : can.includes(act);
    link.hidden = !shown;
    if (shown) { link.href = links[act]; link.dataset.key = link.dataset.off; } else delete link.dataset.key;
  }
}

function same(id) {
  return id ? [...board().querySelectorAll(`[data-id="${CSS.escape(id)}"]`)] : [];
}

// -- after the page has read itself again: the party that had the focus keeps it, wherever it sits now

document.addEventListener("ops:read", () => {
  place();
  const cell = document.activeElement?.closest?.("#board [data-cell]");
  if (cell) { show(cell); return; }
  if (!last || (document.activeElement && document.activeElement !== document.body) || document.querySelector("dialog[open]")) return;
  const row = [...board().rows].find((one) => one.dataset.table === last.table);
  const near = row && [...row.querySelectorAll("[data-cell]")].findLast((one) => one.offsetLeft <= last.left);
  const to = same(last.id)[0] ?? near;
  if (to) focusCell(to);
});

// -- the move dialog: a number takes one of the best ways

document.addEventListener("click", (event) => {
  const button = event.target.closest("#move-form [data-take]");
  if (!button) return;
  const form = button.form, wanted = button.dataset.take.split(",");
  for (const box of form.querySelectorAll("[name=tables]")) box.checked = wanted.includes(box.value);
  form.querySelector("[name=tables]:checked")?.closest("label").scrollIntoView({ block: "nearest" });
  form.querySelector("[name=tables]").dispatchEvent(new Event("change", { bubbles: true }));
  form.querySelector("#make-move").focus();
});

// -- dragging

let drag;

document.addEventListener("pointerdown", (event) => {
  const bar = event.target.closest("#board td.slot");
  if (!bar || event.button !== 0 || event.pointerType === "touch" || !acts() || !bar.dataset.can.includes("move")) return;
  drag = { bar, x: event.clientX, y: event.clientY, going: false };
});
document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (!drag.going && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < DRAG_PX) return;
  drag.going = true;
  drag.bar.dataset.busy = "";
  drag.bar.classList.add("dragged");
  over(event)?.classList.add("target");
});
document.addEventListener("pointerup", (event) => {
  const { bar, going } = drag ?? {};
  if (!going) { drag = undefined; return; }
  const row = over(event), own = bar.closest("tr");
  end();
  document.addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, once: true });
  if (!row || row === own) return;
  const kept = same(bar.dataset.id).map((one) => one.closest("tr").dataset.table).filter((table) => table !== own.dataset.table);
  focusCell(bar);
  open(`${board().dataset.url}/${bar.dataset.id}/move?tables=${encodeURIComponent([...kept, row.dataset.table].join(","))}`);
});
document.addEventListener("pointercancel", end);
document.addEventListener("dragstart", (event) => { if (event.target.closest?.("#board")) event.preventDefault(); });

function over(event) {
  for (const row of document.querySelectorAll("#board .target")) row.classList.remove("target");
  return document.elementFromPoint(event.clientX, event.clientY)?.closest("#board tr[data-table]");
}

function end() {
  drag?.bar.classList.remove("dragged");
  if (drag) delete drag.bar.dataset.busy;
  for (const row of document.querySelectorAll("#board .target")) row.classList.remove("target");
  drag = undefined;
}
