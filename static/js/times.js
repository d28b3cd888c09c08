// <time data-relative="ago|age"> keeps counting while a page is open. Same words as accounts/words.py.
const AGES = [[31536000, "y"], [2592000, "mo"], [86400, "d"], [3600, "h"], [60, "min"]];

function age(seconds) {
  const fit = AGES.find(([size]) => seconds >= size);
  return fit ? `${Math.floor(seconds / fit[0])} ${fit[1]}` : "now";
}

function words(time) {
  const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
  const text = age(Math.abs(seconds));
  if (time.dataset.relative === "age") return text;
  if (text === "now") return "just now";
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-relative]")) time.textContent = words(time);
}, 30000);
