// Puts a restaurant's booking pages into the page that loads this script: <script async src=".../book/SLUG/embed.js">.
(() => {
  const said = "SAID", script = document.currentScript, source = new URL(script.src);
  const frame = document.createElement("iframe");
  const address = new URL(`/book/${said.slug}`, source.origin);
  const lang = source.searchParams.get("lang") || document.documentElement.lang.slice(0, 2);
  if (lang) address.searchParams.set("lang", lang);
  frame.src = address.href;
  frame.title = said.title;
  frame.style.cssText = "width:100%;max-width:40rem;border:0;display:block;min-height:40rem";
  addEventListener("message", event => {
    if (event.source !== frame.contentWindow || event.origin !== source.origin) return;
    const height = Number(event.data?.height);
    if (event.data?.maitred === "height" && height > 0 && height < 20000) frame.style.height = `${height}px`;
  });
  if (document.body?.contains(script)) script.after(frame);
  else addEventListener("DOMContentLoaded", () => document.body.append(frame));
})();
