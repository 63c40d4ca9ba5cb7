// The phone line: what is typed is understood while it is typed, and shared with every tab on the same call. Enter
// confirms, or goes to what is to be chosen: the readings of a word in doubt, or the times there are; there, or with Alt
// while typing, a digit chooses one.

const PAUSE_MS = 120;
const form = document.getElementById("call"), input = document.getElementById("line"), call = document.getElementById("call-id");
const channel = new BroadcastChannel(form.dataset.channel);
let waiting, asking, heard = input.value, toConfirm = false;

const answer = () => document.getElementById("answer");
const booked = () => answer().hasAttribute("data-booked");

input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(hear, PAUSE_MS); });
input.focus();
input.setSelectionRange(input.value.length, input.value.length);

async function send(fields) {
  const body = new URLSearchParams({ ...fields, call: call.value });
  asking?.abort();
  asking = new AbortController();
  const got = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, signal: asking.signal }).catch(() => null);
  if (!got?.ok) return false;
  await shown(await got.text());
  return true;
}

async function shown(html) {
  const target = answer();
  await htmx.swap({ sourceElement: target, target, text: html, swap: "outerMorph" });
  named();
  count();
}

// The address has the call's id while there is something to come back to, so that a reload finds it again.
function named() {
  call.value = answer().dataset.call;
  const address = answer().dataset.line ? `${form.dataset.page}?call=${call.value}` : form.dataset.page;
  if (address !== location.pathname + location.search) history.replaceState(history.state, "", address);
}

async function hear() {
  clearTimeout(waiting);
  waiting = undefined;
  const line = input.value;
  if (await send({ line, do: "look" })) { heard = line; tell(); }
}

const tell = () => channel.postMessage({ call: call.value, line: heard });
const keyed = (digit) => document.querySelector(`#answer [data-key="${digit}"]`);
const wanted = () => document.querySelector("#confirm, #answer [data-reading], #answer [data-offer], #continue");

async function settled() {
  if (waiting || heard !== input.value || answer().dataset.line !== input.value) await hear();
}

input.addEventListener("keydown", async (event) => {
  if (event.isComposing) return;
  if (event.altKey && "123456789".includes(event.key)) { event.preventDefault(); await settled(); keyed(event.key)?.click(); return; }
  if (event.key === "ArrowDown") { event.preventDefault(); document.querySelector("#answer [data-reading], #answer [data-offer], #confirm, #continue")?.focus(); return; }
  if (event.key !== "Enter") return;
  event.preventDefault();
  await settled();
  if (booked()) return;
  const confirm = document.getElementById("confirm");
  if (confirm) confirm.click(); else wanted()?.focus();
});

form.addEventListener("keydown", (event) => {
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  if (event.target === input || !(event.key in steps)) return;
  const all = [input, ...form.querySelectorAll("#answer button")];
  event.preventDefault();
  event.stopPropagation();
  all[Math.max(0, all.indexOf(event.target) + steps[event.key])]?.focus();
});

form.addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  toConfirm = Boolean(pressed?.matches("[data-offer]"));
  if (!pressed?.matches("#new-call, #continue, [data-reading]")) return;
  event.preventDefault();
  event.stopPropagation();
  if (pressed.id === "new-call") clear(); else choose(pressed);
}, true);

// A reading, or the call that was left: afterwards the line has the focus again, and Enter goes on.
async function choose(button) {
  await send({ line: input.value, do: button.value });
  input.value = heard = answer().dataset.line;
  tell();
  input.focus();
}

// After a time was kept the page has read itself again: Enter now confirms it.
document.addEventListener("ops:read", () => {
  count();
  if (toConfirm && document.getElementById("confirm")) { document.getElementById("confirm").focus(); toConfirm = false; }
  if (booked()) tell();
  else if (answer().dataset.line !== input.value && document.hasFocus()) hear();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]") || !(booked() || input.value || document.getElementById("continue"))) return;
  event.preventDefault();
  clear();
});

async function clear() {
  input.value = "";
  heard = "";
  const left = call.value;
  await send({ do: "clear" });
  channel.postMessage({ call: left, line: "" });
  input.focus();
}

// Another tab on this call has typed: the server knows it already, so the answer is read from there. A tab with nothing
// in it yet goes on with what is typed elsewhere.
channel.addEventListener("message", async (event) => {
  if (event.data.call !== call.value && input.value) return;
  input.value = heard = event.data.line;
  call.value = event.data.call;
  await reread();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) reread(true); });

async function reread(line = false) {
  const got = await fetch(`${form.dataset.answer}?call=${call.value}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!got?.ok) return;
  await shown(await got.text());
  if (line) input.value = heard = answer().dataset.line;
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
