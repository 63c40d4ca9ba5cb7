// What makes the pages nicer with scripts; without any, everything works as well.

const hold = document.querySelector(".hold[data-left]");
if (hold && Number(hold.dataset.left)) countDown(hold, performance.now() + Number(hold.dataset.left) * 1000);

const waiting = document.querySelector("[data-wait]");
if (waiting) watch(waiting.dataset.wait);

const mail = document.querySelector("[data-mail]");
if (mail) tellOfMail(mail);

if (window.parent !== window) tellHeight();

document.querySelector("[aria-invalid]")?.focus();
document.documentElement.dataset.ready = "";

function countDown(box, ends) {
  const shown = box.querySelector(".left"), soon = box.querySelector(".soon");
  const tick = () => {
    const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
    shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left <= 60 && left > 0 && !soon.textContent) soon.textContent = soon.dataset.say;
    if (left > 0) setTimeout(tick, 1000);
    else box.classList.add("over"), soon.textContent = soon.dataset.over;
  };
  tick();
}

async function watch(address) {
  const known = Number(new URL(address, location.href).searchParams.get("v"));
  for (;;) {
    try {
      const answer = await fetch(address);
      if (answer.ok && (await answer.json()).version > known) return location.reload();
      if (!answer.ok) await new Promise(done => setTimeout(done, 5000));
    } catch {
      await new Promise(done => setTimeout(done, 3000));
    }
  }
}

// A mail leaves a moment after its page was shown; one that takes longer is told of when the page is opened again.
async function tellOfMail(place) {
  for (let pause = 500; pause < 20000; pause *= 2) {
    await new Promise(done => setTimeout(done, pause));
    const told = await fetch(place.dataset.mail).then(answer => answer.ok ? answer.json() : null, () => null);
    if (!told) continue;
    const lines = told.lines.flatMap((line, number) => number ? [document.createElement("br"), line] : [line]);
    if (lines.length && place.textContent !== told.lines.join("")) place.replaceChildren(...lines);
    if (!told.open) return;
  }
}

// A frame cannot know how high its page is: the script that made it (embed.js) is told.
function tellHeight() {
  const tell = () => window.parent.postMessage({ maitred: "height", height: document.body.scrollHeight + 8 }, "*");
  new ResizeObserver(tell).observe(document.body);
}
