// data-theme-choice="light|dark|" pins the theme, or follows the system. The cookie lets the
// server write data-theme itself, so that no page flashes in the other one first.
const root = document.documentElement;
const year = 31536000;

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-theme-choice]");
  if (!button) return;
  const theme = button.dataset.themeChoice;
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=${theme ? year : 0}; samesite=lax${secure}`;
  for (const choice of document.querySelectorAll("[data-theme-choice]")) {
    if (choice === button) choice.setAttribute("aria-current", "true");
    else choice.removeAttribute("aria-current");
  }
  button.closest("[popover]")?.hidePopover();
});
