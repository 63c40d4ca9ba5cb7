// The phone line: what is typed is understood while it is typed, and shared with every tab of the same person. Enter
// confirms, or goes to the times there are; there, or with Alt while typing, 1 to 3 keep one.

const PAUSE_MS = 120;
const form = document.getElementById("call"), input = document.getElementById("line");
const channel = new BroadcastChannel(form.dataset.channel);
let waiting, asking, heard = input.value, toConfirm = false;

const answer = () => document.getElementById("answer");
const booked = () => answer().hasAttribute("data-booked");

input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(hear, PAUSE_MS); });
input.focus();
input.setSelectionRange(input.value.length, input.value.length);

async function send(fields) {
  const body = new URLSearchParams(fields);
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
  count();
}

async function hear() {
  clearTimeout(waiting);
  waiting = undefined;
  const line = input.value;
  if (await send({ line, do: "look" })) { heard = line; channel.postMessage(line); }
}

async function settled() {
  if (waiting || heard !== input.value || answer().dataset.line !== input.value) await hear();
}

input.addEventListener("keydown", async (event) => {
  if (event.isComposing) return;
  if (event.altKey && "123".includes(event.key)) { event.preventDefault(); await settled(); document.getElementById(`offer-${event.key}`)?.click(); return; }
  if (event.key === "ArrowDown") { event.preventDefault(); document.querySelector("[data-offer], #confirm")?.focus(); return; }
  if (event.key !== "Enter") return;
  event.preventDefault();
  await settled();
  if (booked()) return;
  (document.getElementById("confirm") ?? document.querySelector("[data-offer]"))?.[document.getElementById("confirm") ? "click" : "focus"]();
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
  if (pressed?.id !== "new-call") return;
  event.preventDefault();
  clear();
});

// After a time was kept the page has read itself again: Enter now confirms it.
document.addEventListener("ops:read", () => {
  count();
  if (toConfirm && document.getElementById("confirm")) { document.getElementById("confirm").focus(); toConfirm = false; }
  if (booked()) channel.postMessage(input.value);
  else if (answer().dataset.line !== input.value && document.hasFocus()) hear();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]") || !booked()) return;
  event.preventDefault();
  clear();
});

async function clear() {
  input.value = "";
  heard = "";
  await send({ do: "clear" });
  channel.postMessage("");
  input.focus();
}

// Another tab has typed: the server knows it already, so the answer is read from there.
channel.addEventListener("message", async (event) => {
  input.value = heard = event.data;
  await reread();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) reread(true); });

async function reread(line = false) {
  const got = await fetch(form.dataset.answer, { headers: { "HX-Request": "true" } }).catch(() => null);
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
