// Grids (table[data-grid]): one cell is in the tab order, arrows walk all of them. Rows need not have the same cells:
// what spans columns is met from wherever one comes, and up and down keep the column they started from.

document.addEventListener("keydown", pressed);
document.addEventListener("focusin", (event) => { if (event.target.matches?.("[data-cell]")) rove(event.target); });
document.addEventListener("ops:read", () => {
  const cell = document.activeElement?.closest?.("[data-cell]");
  if (cell) rove(cell);
});

let anchor; // the column that up and down keep, as long as nobody goes sideways

// j and k walk the rows here as they walk lines elsewhere, unless single keys are off.
const asArrow = (key) => (document.documentElement.dataset.keys === "off" ? key : ({ j: "ArrowDown", k: "ArrowUp" }[key] ?? key));

function pressed(event) {
  const cell = event.target.closest?.("[data-cell]"), typed = asArrow(event.key);
  if (!cell && typed.startsWith("Arrow") && event.target.matches?.("body, main")) return entered(event);
  if (!cell || event.altKey || event.metaKey || event.defaultPrevented) return;
  const grid = cell.closest("[data-grid]"), rtl = getComputedStyle(grid).direction === "rtl";
  const key = rtl ? ({ ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" }[typed] ?? typed) : typed;
  const to = next(grid, cell, key, event.ctrlKey);
  if (to === undefined) return;
  event.preventDefault();
  if (to) focusCell(to);
}

function entered(event) {
  const cell = document.querySelector("[data-grid] [data-cell][tabindex='0']");
  if (!cell) return;
  event.preventDefault();
  focusCell(cell);
}

function next(grid, cell, key, far) {
  const row = cell.closest("tr"), all = inRow(row), at = all.findIndex((one) => one.cell === cell);
  const rows = [...grid.rows].filter((one) => one.querySelector("[data-cell]"));
  const sideways = (to) => { anchor = undefined; return to?.cell ?? null; };
  switch (key) {
    case "ArrowRight": return sideways(all[at + 1]);
    case "ArrowLeft": return sideways(all[at - 1]);
    case "Home": return sideways(far ? inRow(rows[0])[0] : all[0]);
    case "End": return sideways(far ? inRow(rows.at(-1)).at(-1) : all.at(-1));
    case "ArrowDown": return vertical(rows, row, 1, all[at]);
    case "ArrowUp": return vertical(rows, row, -1, all[at]);
    case "PageDown": return vertical(rows, row, Number(grid.dataset.page), all[at]);
    case "PageUp": return vertical(rows, row, -Number(grid.dataset.page), all[at]);
    default: return undefined;
  }
}

function vertical(rows, row, by, from) {
  anchor ??= from.column;
  const to = rows[Math.max(0, Math.min(rows.length - 1, rows.indexOf(row) + by))];
  if (to === row) return null;
  const all = inRow(to);
  return (all.findLast((one) => one.column <= anchor) ?? all[0]).cell;
}

function inRow(row) {
  const found = [];
  let column = 0;
  for (const one of row.cells) {
    const cell = one.matches("[data-cell]") ? one : one.querySelector("[data-cell]");
    if (cell && cell.getClientRects().length) found.push({ cell, column });
    column += one.colSpan;
  }
  return found;
}

export function focusCell(cell) {
  rove(cell);
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function rove(cell) {
  for (const other of cell.closest("[data-grid]").querySelectorAll("[data-cell][tabindex='0']")) if (other !== cell) other.tabIndex = -1;
  cell.tabIndex = 0;
}
