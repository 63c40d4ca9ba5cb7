// Keys: j and k walk lines, Enter opens one, letters press what is marked with them (data-key), first in the line that
// has the focus, then on the page. `g` and a letter goes to a screen. What is pressed is what a mouse would click, so
// there is nothing that only a key can do, and the help is read off the page.

const CHORD_MS = 1500;
let chordUntil = 0;

export function startKeys() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (row) rove(row);
    const hint = document.getElementById("hint");
    if (hint) hint.textContent = row?.dataset.hint ?? "";
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) showHelp();
  });
}

export function rows(container = document) {
  return [...container.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null || row.getClientRects().length);
}

export function focusRow(row) {
  if (!row) return;
  rove(row);
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function rove(row) {
  const list = row.closest("[data-rows]");
  for (const other of list?.querySelectorAll("[data-row][tabindex='0']") ?? []) if (other !== row) other.tabIndex = -1;
  row.tabIndex = 0;
}

// For a moment after its dialog has closed a field still has the focus.
const typing = (target) => !target.closest?.("dialog:not([open])") && target.closest?.("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]");
const scope = () => document.querySelector("dialog[open]") ?? document;

function pressed(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") return press(event, "[data-palette]");
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return escaped(event);
  if (typing(event.target)) return;
  const inGrid = event.target.closest?.("[role=grid]");
  if (!inGrid && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return walk(event, event.key);
  if (event.key === "Enter") return opened(event);
  if (event.key.length !== 1 || document.documentElement.dataset.keys === "off") return;
  if (performance.now() < chordUntil) return go(event);
  if (event.key === "g" && !document.querySelector("dialog[open]")) {
    chordUntil = performance.now() + CHORD_MS;
    return event.preventDefault();
  }
  if (!inGrid && !document.querySelector("main [data-grid]") && (event.key === "j" || event.key === "k")) return walk(event, event.key === "j" ? "ArrowDown" : "ArrowUp");
  letter(event);
}

function letter(event) {
  const marked = `[data-key="${CSS.escape(event.key)}"]`;
  const row = document.activeElement?.closest?.("[data-row]");
  // What a line that is still being said offers is about what was just done, wherever the cursor is by now.
  const found = [...document.querySelectorAll(`#toasts ${marked}`)].at(-1) ?? row?.querySelector(marked) ?? [...scope().querySelectorAll(marked)].findLast((one) => !one.closest("[data-row]"));
  if (!found) return;
  event.preventDefault();
  if (found.matches("input, select, textarea")) { found.focus(); found.select?.(); } else found.click();
}

function press(event, selector) {
  event.preventDefault();
  document.querySelector(selector)?.click();
}

function go(event) {
  chordUntil = 0;
  const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
}

function walk(event, key) {
  const list = scope().querySelector("[data-rows]:focus-within") ?? scope().querySelector("[data-rows]");
  const all = list ? rows(list) : [];
  if (!all.length) return;
  const at = all.indexOf(document.activeElement?.closest?.("[data-row]"));
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, Home: 0, End: all.length - 1 }[key];
  event.preventDefault();
  focusRow(all[Math.max(0, Math.min(all.length - 1, to))]);
}

function opened(event) {
  const row = event.target.closest?.("[data-row]");
  if (!row || event.target !== row) return;
  const link = row.matches("a") ? row : row.querySelector("[data-open]");
  if (!link) return;
  event.preventDefault();
  link.click();
}

function escaped(event) {
  if (document.querySelector("dialog[open]")) return;
  if (typing(event.target)) { event.target.blur(); focusRow(document.querySelector("[data-row][tabindex='0']")); return; }
  document.querySelector("details.menu[open]")?.removeAttribute("open");
}

function showHelp() {
  const help = document.getElementById("help");
  const list = help.querySelector("[data-shortcuts]");
  const found = new Map([["j k", list.dataset.move], ["Enter", list.dataset.enter], ["Esc", list.dataset.escape], ["Ctrl K", label(document.querySelector("[data-palette]"))]]);
  for (const link of document.querySelectorAll("[data-go]")) found.set(`g ${link.dataset.go}`, label(link));
  for (const one of document.querySelectorAll("main [data-key], .bar [data-key], #toasts [data-key]")) if (!found.has(one.dataset.key)) found.set(one.dataset.key, label(one));
  list.replaceChildren(...[...found].filter(([, words]) => words).flatMap(([key, words]) => {
    const dt = document.createElement("dt"), dd = document.createElement("dd"), kbd = document.createElement("kbd");
    kbd.textContent = key;
    dt.append(kbd);
    dd.textContent = words;
    return [dt, dd];
  }));
  help.showModal();
}

function label(element) {
  if (!element) return "";
  const named = element.getAttribute("aria-label") ?? element.placeholder;
  if (named) return named;
  const copy = element.cloneNode(true);
  for (const part of copy.querySelectorAll("kbd, b, [aria-hidden=true]")) part.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}
