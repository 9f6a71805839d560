// The response clock runs on the page; when it is over, or was answered, the page itself tells.
import { say } from "./report_words.js";

const EVERY_MS = 1000;
const HOUR_S = 3600;
let timer = 0;

export function runClock(main) {
  clearInterval(timer);
  timer = setInterval(() => main.querySelectorAll("[data-countdown]").forEach(tick), EVERY_MS);
}

// Counted from when the words came, not by the phone's clock, which may be wrong.
function tick(holder) {
  if (!holder.dataset.cameAt) holder.dataset.cameAt = String(performance.now() - EVERY_MS);
  const left = Number(holder.dataset.countdown) - Math.floor((performance.now() - Number(holder.dataset.cameAt)) / 1000);
  const form = left >= 0 ? holder.dataset.left : holder.dataset.over;
  holder.textContent = form.replace("{time}", exactly(Math.abs(left)));
  if (left === -1) document.dispatchEvent(new CustomEvent("arrived"));
}

function exactly(seconds) {
  if (seconds >= HOUR_S) return say("hours", { number: Math.round(seconds / 360) / 10 });
  const minutes = Math.floor(seconds / 60);
  const rest = say("seconds", { number: seconds % 60 });
  return minutes ? say("minutes", { number: minutes }) + " " + rest : rest;
}
