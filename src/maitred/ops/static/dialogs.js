// Dialogs: what has data-dialog is fetched into the one dialog there is; lines that are said leave after a while.

const SAID_MS = 12_000;
let before;

export function startDialogs() {
  const dialog = document.getElementById("dialog"), toasts = document.getElementById("toasts");
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-dialog]");
    if (link && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      await open(link.href);
    }
    if (event.target.closest("[data-close]")) dialog.close();
    event.target.closest("[data-dismiss]")?.closest(".toast").remove();
  });
  dialog.addEventListener("close", () => { // told a little later: somebody may have gone on meanwhile
    if (dialog.open) return;
    document.body.append(toasts); // outside a modal dialog nothing can be reached, so they travel
    dialog.replaceChildren();
    if (before && document.activeElement === document.body) document.getElementById(before)?.focus();
  });
  // Enter does what is written on the button, also where no field has the focus: a list may have nothing to choose.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || event.target.closest("a, button, input, select, summary, textarea, [data-row]")) return;
    event.preventDefault();
    dialog.querySelector(".buttons .primary")?.click();
  });
  // A line whose undo is taken offers it no more: the key then takes back what was done before.
  document.addEventListener("ops:changed", ({ target }) => target.closest?.(".toast")?.remove());
  new MutationObserver((changes) => {
    for (const toast of changes.flatMap((one) => [...one.addedNodes]).filter((node) => node.matches?.(".toast")))
      if (!toast.matches(".fault")) setTimeout(() => leave(toast), SAID_MS);
    while (toasts.children.length > 3) toasts.firstElementChild.remove();
  }).observe(toasts, { childList: true });
}

export async function open(address) {
  const dialog = document.getElementById("dialog");
  if (!dialog.open) {
    const row = document.activeElement?.closest("[data-row]");
    before = row?.id ?? document.activeElement?.id;
    dialog.dataset.from = row?.id ?? "";
  }
  const asked = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!asked) return;
  const html = await asked.text();
  const target = asked.ok ? dialog : document.getElementById("toasts");
  await htmx.swap({ sourceElement: target, target, text: html, swap: asked.ok ? "innerHTML" : "beforeend" });
  if (!asked.ok) return;
  dialog.append(document.getElementById("toasts"));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
}

// A line with the pointer or the focus on it is being read (WCAG 2.2.1): it stays.
function leave(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(() => leave(toast), SAID_MS);
  else toast.remove();
}
