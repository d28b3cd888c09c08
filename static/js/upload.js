// <form data-upload> shows how far its files are: the bar inside it (data-upload-progress) fills
// while they go up, and then has no value while the server works on them.
document.addEventListener("htmx:xhr:loadstart", (event) => show(event.target, null));
document.addEventListener("htmx:xhr:progress", (event) => {
  const { lengthComputable, loaded, total } = event.detail;
  if (lengthComputable && loaded < total) show(event.target, (100 * loaded) / total);
  else show(event.target, null);
});
document.addEventListener("htmx:xhr:loadend", (event) => hide(event.target));

function bar(element) {
  return element.closest?.("form[data-upload]")?.querySelector("[data-upload-progress]");
}

function show(element, share) {
  const progress = bar(element);
  if (!progress) return;
  progress.hidden = false;
  if (share === null) progress.removeAttribute("value");
  else progress.value = share;
}

function hide(element) {
  const progress = bar(element);
  if (progress) progress.hidden = true;
}
