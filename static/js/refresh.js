// <span data-refresh="5"> asks htmx for news every 5 seconds: while its tab is visible, nobody is
// in the middle of it, and the switch (data-refresh-switch) is on. The server leaves the element
// out when there is nothing to wait for.
const STORE = "refresh";
const toggle = document.querySelector("[data-refresh-switch]");

if (toggle) {
  toggle.checked = localStorage.getItem(STORE) !== "off";
  toggle.addEventListener("change", () => localStorage.setItem(STORE, toggle.checked ? "on" : "off"));
}

let seconds = 0;
setInterval(() => {
  const element = document.querySelector("[data-refresh]");
  if (!element || document.hidden || (toggle && !toggle.checked)) return;
  seconds += 1;
  if (seconds < Number(element.dataset.refresh) || busy(element.parentElement)) return;
  seconds = 0;
  window.htmx.trigger(element, "refresh");
}, 1000);

function busy(region) {
  const reading = !document.getSelection().isCollapsed;
  return reading || region.contains(document.activeElement) || region.querySelector("details[open]");
}
