// What is wrong with a form that a script sent is said at the field that it is about, which gets the focus.

export function startFaults() {
  document.addEventListener("ops:fault", ({ target, detail }) => {
    const form = target.closest?.("form");
    if (!form) return;
    clear(form);
    const field = fieldOf(form, detail.field ?? "");
    if (!field) return;
    const said = Object.assign(document.createElement("p"), { className: "field-fault", id: `${field.name}-fault`, textContent: detail.said });
    const group = field.type === "checkbox" && field.closest(".picker");
    if (group) group.after(said); // of many boxes none is at fault: none was chosen
    else (field.closest("label") ?? field).after(said);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", said.id);
    field.focus();
  });
  document.addEventListener("ops:changed", ({ target }) => {
    const form = target.closest?.("form");
    if (form && clear(form)) document.querySelectorAll("#toasts .fault").forEach((toast) => toast.remove());
  });
}

function fieldOf(form, path) {
  const found = [path, path.split(/[.[]/)[0], path.split(".").at(-1)].map((name) => form.elements[name])
    .map((field) => (field instanceof RadioNodeList ? [...field].find((one) => !one.disabled) : field));
  return found.find((field) => field?.matches?.("input:not([type=hidden]), select, textarea"));
}

function clear(form) {
  const marked = form.querySelectorAll("[aria-invalid]");
  for (const field of marked) { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); }
  form.querySelectorAll(".field-fault").forEach((said) => said.remove());
  return marked.length > 0;
}
