// Print: first the paper, then the note of what stands on it; the page holds still meanwhile.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print]");
  if (!button) return;
  event.preventDefault();
  print();
  if (button.form) htmx.trigger(button.form, "printed");
});
