// data-dismiss closes its toast; a swap that failed says so instead of doing nothing.
const toasts = document.getElementById("toasts");

document.addEventListener("click", ({ target }) => {
  target.closest("[data-dismiss]")?.closest("[data-toast]").remove();
});

function show(title, detail) {
  const toast = toasts.querySelector("template").content.cloneNode(true);
  toast.querySelector("b").textContent = title;
  toast.querySelector("p").textContent = detail;
  toasts.append(toast);
}

document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  if (xhr.status === 401 || xhr.status === 403) show("Not allowed", "Your session may have ended. Reload the page.");
  else show("That did not work", `The server answered ${xhr.status}. Reload the page and try again.`);
});
document.addEventListener("htmx:sendError", () => {
  show("No connection", "The server could not be reached. Try again in a moment.");
});
