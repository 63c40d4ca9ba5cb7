// The phone line: what is typed is understood while it is typed, and shared with every tab that has the same call. Enter
// confirms, or goes to what is open; there, or with Alt while typing, 1 to 3 choose a reading or keep a time. One
// request is under way at a time, so that an older line never overtakes a newer one.

const PAUSE_MS = 120;
const form = document.getElementById("call"), input = document.getElementById("line");
let waiting, last, heard = input.value, next = false, entering = false, channel;

const answer = () => document.getElementById("answer");
const booked = () => answer().hasAttribute("data-booked");
const confirming = () => document.getElementById("confirm");

input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(hear, PAUSE_MS); });
input.focus();
input.setSelectionRange(input.value.length, input.value.length);
listen();
rest();

function send(what) {
  const mine = (last ?? Promise.resolve()).then(() => sendNow(what));
  last = mine.catch(() => undefined);
  return mine;
}

async function sendNow(what) {
  const body = new URLSearchParams([...new FormData(form).entries(), ["do", what]]);
  const got = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
  const html = got?.ok ? await got.text().catch(() => undefined) : undefined;
  if (html === undefined) return;
  heard = body.get("line");
  await shown(html);
  channel.postMessage(heard);
}

// What is being edited stays as it is while the answer around it changes.
async function shown(html) {
  const target = answer(), field = target.contains(document.activeElement) && document.activeElement.matches("input, select") ? document.activeElement : undefined;
  const kept = field && { id: field.id, value: field.value };
  await htmx.swap({ sourceElement: target, target, text: html, swap: "outerMorph" });
  untouched();
  const still = kept && document.getElementById(kept.id);
  if (still?.closest("details")) still.closest("details").open = true;
  if (still) { still.value = kept.value; still.focus(); }
  if (answer().dataset.here !== location.pathname + location.search) { history.replaceState(null, "", answer().dataset.here); listen(); }
  count();
}

// A field that nobody has in hand holds what the server understood, whatever stood in it before.
function untouched() {
  for (const was of answer().querySelectorAll("[name$='.was']")) {
    const field = document.getElementById(was.name.slice(0, -".was".length));
    was.value = was.getAttribute("value");
    if (field.matches("select")) for (const option of field.options) option.selected = option.defaultSelected;
    else field.value = field.getAttribute("value");
  }
}

async function hear() {
  clearTimeout(waiting);
  waiting = undefined;
  await send("look");
}

async function settled() {
  if (waiting || heard !== input.value || answer().dataset.line !== input.value) await hear();
}

// Go to what is open: the time to confirm, else a reading or a time to choose, else a field to fill in.
function toOpen() {
  const field = answer().querySelector(".heard .missing input:not([type=hidden]), .heard .wrong input:not([type=hidden])");
  const key = answer().querySelector("[data-key='1']"), choice = key?.matches("[data-settle]") || answer().querySelector(".full") ? key : null;
  (confirming() ?? choice ?? field ?? key ?? answer().querySelector("[data-settle]") ?? input).focus();
}

input.addEventListener("keydown", async (event) => {
  if (event.isComposing) return;
  if (event.altKey && "123".includes(event.key)) { event.preventDefault(); await settled(); answer().querySelector(`[data-key="${event.key}"]`)?.click(); return; }
  if (event.key === "ArrowDown") { event.preventDefault(); steps()[1]?.focus(); return; }
  if (event.key !== "Enter") return;
  event.preventDefault();
  if (booked() && !input.value.trim()) return anew();
  await settled();
  if (booked()) return;
  if (!input.value.trim() && !answer().querySelector(".heard")) return answer().querySelector("[data-left]")?.click();
  if (confirming()) confirming().click();
  else toOpen();
});

// Enter in a chip's field takes what stands there and goes on.
form.addEventListener("keydown", async (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("#answer input, #answer select")) return;
  event.preventDefault();
  await took(event.target);
});
form.addEventListener("change", (event) => { if (!entering && event.target.matches("#answer :is(input, select):not(.add *)")) took(event.target, false); });
// The page is not read again under the hands of who edits a chip.
form.addEventListener("focusin", (event) => answer().toggleAttribute("data-busy", event.target.matches("#answer input, #answer select")));

async function took(field, on = true) {
  const { id } = field;
  entering = on;
  if (on) field.blur();
  entering = false;
  answer().removeAttribute("data-busy");
  await send("look");
  if (on) (document.querySelector("#answer [aria-invalid]") ?? { focus: toOpen }).focus();
  else if (document.activeElement === document.body) document.getElementById(id)?.closest("li")?.querySelector("summary, input:not([type=hidden])")?.focus();
}

const steps = () => [input, ...answer().querySelectorAll("a, button, summary, .missing input:not([type=hidden])")].filter((one) => one.getClientRects().length);
form.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!by || event.target.matches("input, select")) return;
  const all = steps();
  event.preventDefault();
  event.stopPropagation();
  all[Math.max(0, all.indexOf(event.target) + by)]?.focus();
});

form.addEventListener("click", (event) => {
  const pressed = event.target.closest("#answer button");
  next = Boolean(pressed?.matches("[data-offer]"));
  if (pressed?.matches("[data-settle], [data-drop], [data-look]")) {
    event.preventDefault();
    settle(pressed.value, document.activeElement === input);
  } else if (pressed?.id === "clear") {
    event.preventDefault();
    clear();
  }
});

async function settle(what, typing) {
  await send(what);
  if (!typing) toOpen();
}

// A chip that is opened has its field in hand.
form.addEventListener("toggle", ({ target }) => {
  if (!target.open || !target.matches("details")) return;
  const field = target.querySelector("input:not([type=hidden]), select");
  field?.focus();
  if (field?.matches("[type=text], [type=tel], [type=email]")) field.select();
}, true);

// After a time was kept the page has read itself again: Enter now confirms it.
document.addEventListener("ops:read", () => {
  untouched();
  count();
  if (next && confirming()) { confirming().focus(); next = false; }
  rest();
  if (booked()) channel.postMessage(input.value);
  else if (answer().dataset.line !== input.value && document.hasFocus()) hear();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open], details.menu[open]")) return;
  const open = event.target.closest?.("#answer details[open]");
  event.preventDefault();
  event.stopImmediatePropagation();
  if (open) { open.querySelector("summary").focus(); restore(open); open.open = false; return; }
  if (booked()) return anew();
  if (input.value || document.getElementById("clear")) return clear();
  document.querySelector("[data-drop]")?.click();
}, true);

function restore(details) {
  for (const field of details.querySelectorAll("input:not([type=hidden]), select")) field.value = details.querySelector(`[name="${CSS.escape(field.name)}.was"]`)?.value ?? "";
}

async function clear() {
  clearTimeout(waiting);
  waiting = undefined;
  input.value = "";
  channel.postMessage("");
  await send("clear");
  input.focus();
}

// Another tab has typed in this call: the server knows it already, so the answer is read from there.
function listen() {
  channel?.close();
  channel = new BroadcastChannel(`${form.dataset.channel}-${answer().dataset.call}`);
  channel.addEventListener("message", async (event) => {
    input.value = heard = event.data;
    await reread();
  });
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) reread(true); });

async function reread(line = false) {
  const got = await fetch(`${form.dataset.answer}?call=${answer().dataset.call}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!got?.ok) return;
  await shown(await got.text());
  if (line && !booked()) input.value = heard = answer().dataset.line;
  rest();
}

// The words of a call that is booked leave the line, so that those of the next never follow them; and the line lets go
// of the focus, so that what is pressed now (u, n, g n) is a key. A second Enter finds nothing to do.
function rest() {
  if (!booked()) return;
  const said = answer().dataset.line;
  if (input.value.startsWith(said)) input.value = input.value.slice(said.length).trimStart();
  heard = input.value;
  if (!input.value && [input, document.body].includes(document.activeElement)) document.getElementById("say").focus();
}

function anew() {
  location.assign(document.getElementById("new-call").href);
}

// How long a kept time is kept yet; when it is over the page looks again.
function count() {
  const left = document.getElementById("left");
  if (!left) return;
  const seconds = Math.round((Date.parse(left.dataset.until) - Date.now()) / 1000);
  if (seconds <= 0) reread();
  else left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
setInterval(count, 1000);
count();
