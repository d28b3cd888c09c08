// data-tree opens and closes its branch; htmx fetches the branch at the first click.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-tree]");
  if (!button) return;
  button.setAttribute("aria-expanded", button.getAttribute("aria-expanded") !== "true");
});
