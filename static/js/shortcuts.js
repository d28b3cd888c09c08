// "/" focuses data-search, the page's own before the top bar's; "?" opens the sheet; "g" and a
// letter follow data-go="letter".
// They are single keys, so the sheet can switch them off (WCAG 2.1.4).
const STORE = "shortcuts";
const toggle = document.querySelector("[data-keys-switch]");
let going = 0;

if (toggle) {
  toggle.checked = localStorage.getItem(STORE) !== "off";
  toggle.addEventListener("change", () => localStorage.setItem(STORE, toggle.checked ? "on" : "off"));
}

document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (toggle && !toggle.checked) return;
  if (document.querySelector("dialog[open]")) return;
  const action = actionOf(event.key);
  going = event.key === "g" ? Date.now() : 0;
  if (!action) return;
  event.preventDefault();
  action();
});

function actionOf(key) {
  if (Date.now() - going < 1500) {
    const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
    return link && (() => link.click());
  }
  if (key === "/") return focusSearch;
  if (key === "?") return () => document.getElementById("shortcuts")?.showModal();
  return null;
}

function focusSearch() {
  const search = [...document.querySelectorAll("[data-search]")].at(-1);
  search?.focus();
  search?.select();
}

function typing(element) {
  return element.closest("input, textarea, select, [contenteditable]") !== null;
}
