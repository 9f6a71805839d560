// Ages and response clocks go on while the page stands open. The words come from the page, in its language.

function ago(moment, words) {
  const minutes = Math.floor((Date.now() - moment) / 60000);
  if (minutes < 1) return words.now;
  if (minutes < 60) return words.min.replace("#", minutes);
  if (minutes < 1440) return words.h.replace("#", Math.floor(minutes / 60));
  return words.d.replace("#", Math.floor(minutes / 1440));
}

// `1:05`, with hours `1:02:05`; the same as the page said (tipline.web.review.responding.lasting).
function lasting(seconds, words) {
  if (seconds >= 172800) return words.days.replace("#", Math.floor(seconds / 86400));
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function count(clock, words) {
  const left = (Date.parse(clock.dataset.due) - Date.now()) / 1000;
  const isOver = left < 0;
  put(clock.querySelector("[data-clock]"), (isOver ? words.over : words.due).replace("#", lasting(Math.floor(Math.abs(left)), words)));
  clock.classList.toggle("clock-running", !isOver);
  clock.classList.toggle("clock-over", isOver);
}

export function startClocks(words) {
  // Once a second, and nothing is touched while nobody looks.
  setInterval(() => {
    if (!document.hidden) for (const clock of document.querySelectorAll("[data-due]")) count(clock, words);
  }, 1000);
  setInterval(() => {
    for (const time of document.querySelectorAll("[data-ago] time")) put(time, ago(Date.parse(time.dateTime), words));
  }, 10000);
}
