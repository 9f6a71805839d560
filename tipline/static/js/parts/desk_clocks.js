// Ages and response clocks go on while the page stands open. The words come from the page, in its language.

function ago(moment, words) {
  const minutes = Math.floor((Date.now() - moment) / 60000);
  if (minutes < 1) return words.now;
  if (minutes < 60) return words.min.replace("#", minutes);
  if (minutes < 1440) return words.h.replace("#", Math.floor(minutes / 60));
  return words.d.replace("#", Math.floor(minutes / 1440));
}

function left(moment, words) {
  const minutes = (moment - Date.now()) / 60000;
  if (minutes >= 1) return words.due.replace("#", Math.floor(minutes));
  if (minutes >= 0) return words.dueSoon;
  const over = Math.floor(-minutes);
  if (over < 1) return words.overJust;
  if (over < 60) return words.over.replace("#", over);
  if (over < 2880) return words.overHours.replace("#", Math.floor(over / 60));
  return words.overDays.replace("#", Math.floor(over / 1440));
}

function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function startClocks(words) {
  const tick = () => {
    for (const time of document.querySelectorAll("[data-ago] time")) put(time, ago(Date.parse(time.dateTime), words));
    for (const clock of document.querySelectorAll("[data-due]")) {
      const due = Date.parse(clock.dataset.due);
      put(clock.querySelector("span"), left(due, words));
      clock.classList.toggle("clock-due", due >= Date.now());
      clock.classList.toggle("clock-over", due < Date.now());
    }
  };
  setInterval(tick, 10000);
}
