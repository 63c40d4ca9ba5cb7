// The command palette: the screens and the keys of this page at once, guests as the server finds them.

let found = [], at = 0, asking;

export function startPalette() {
  const palette = document.getElementById("palette");
  if (!palette) return;
  const input = document.getElementById("palette-input"), list = document.getElementById("palette-list");
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) { input.value = ""; fill(input, list); palette.showModal(); }
    const option = event.target.closest("#palette-list [role=option]");
    if (option) choose(palette, Number(option.dataset.at));
  });
  input.addEventListener("input", () => fill(input, list));
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) { event.preventDefault(); select(list, (at + steps[event.key] + found.length) % found.length); }
    if (event.key === "Enter") { event.preventDefault(); choose(palette, at); }
  });
}

async function fill(input, list) {
  const asked = input.value.trim().toLowerCase();
  show(list, local(asked));
  if (asked.length < 2) return;
  asking?.abort();
  asking = new AbortController();
  const answer = await fetch(`${input.dataset.url}?q=${encodeURIComponent(asked)}`, { signal: asking.signal }).catch(() => null);
  const guests = answer?.ok ? await answer.json().catch(() => null) : null; // the next letter breaks it off
  if (guests) show(list, [...local(asked), ...guests.map((one) => ({ words: one.words, more: one.more, run: () => location.assign(one.url) }))]);
}

function local(asked) {
  const screens = [...document.querySelectorAll("[data-go]")].map((link) => ({ words: link.children[1].textContent, more: `g ${link.dataset.go}`, run: () => link.click() }));
  const row = document.querySelector("[data-row][tabindex='0']");
  const acts = [...document.querySelectorAll("main [data-key]")]
    .filter((one) => !one.closest("[data-row]") || row?.contains(one))
    .filter((one) => name(one).toLowerCase().includes(asked)) // a guest's name finds the guest, not what could be done to them
    .map((one) => ({ words: name(one) + (row?.contains(one) ? ` · ${row.querySelector("[data-open]")?.textContent ?? ""}` : ""), more: one.dataset.key, run: () => (one.matches("input") ? one.focus() : one.click()) }));
  return [...screens.filter((one) => one.words.toLowerCase().includes(asked)), ...acts].filter((one) => one.words.trim()).slice(0, 12);
}

function name(element) {
  const copy = element.cloneNode(true);
  for (const part of copy.querySelectorAll("kbd, b")) part.remove();
  return (element.getAttribute("aria-label") ?? element.placeholder ?? copy.textContent).trim().replace(/\s+/g, " ");
}

function show(list, items) {
  found = items;
  list.replaceChildren(...items.map((item, place) => {
    const li = document.createElement("li"), words = document.createElement("span"), more = document.createElement("span");
    li.id = `palette-${place}`;
    li.role = "option";
    li.dataset.at = place;
    words.textContent = item.words;
    more.textContent = item.more ?? "";
    more.className = "soft";
    li.append(words, more);
    return li;
  }));
  select(list, 0);
}

function select(list, place) {
  at = place;
  [...list.children].forEach((li, number) => li.setAttribute("aria-selected", String(number === place)));
  list.children[place]?.scrollIntoView({ block: "nearest" });
  document.getElementById("palette-input").setAttribute("aria-activedescendant", found.length ? `palette-${place}` : "");
}

function choose(palette, place) {
  palette.close();
  found[place]?.run();
}
