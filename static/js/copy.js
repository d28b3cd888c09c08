// data-copy="text" copies the text; data-copy="" copies the <pre> beside it. The icon confirms.
document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const text = button.dataset.copy || button.parentElement.querySelector("pre")?.textContent || "";
  await write(text);
  const use = button.querySelector("use");
  const label = button.getAttribute("aria-label");
  use?.setAttribute("href", "#i-check");
  button.setAttribute("aria-label", "Copied");
  setTimeout(() => {
    use?.setAttribute("href", "#i-copy");
    button.setAttribute("aria-label", label);
  }, 1500);
});

// The clipboard API exists on https and localhost only; a plain-http intranet needs the old way.
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.body.appendChild(document.createElement("textarea"));
  area.value = text;
  area.select();
  document.execCommand("copy");
  area.remove();
}
