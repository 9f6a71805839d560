// Single keys. Never while somebody types or an input method composes; they can be switched off (WCAG 2.1.4).
import { pressInQueue } from "./desk_batch.js";
import { currentVideo, stepFrame } from "./desk_players.js";

const OFF = "desk-keys-off";
const STATES = { h: "snoozed", n: "not_used", d: "duplicate" };

function isOff() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

const isTyping = (event) =>
  event.isComposing || event.ctrlKey || event.metaKey || event.altKey ||
  (event.target.closest && event.target.closest("input, textarea, select, [contenteditable], dialog[open]"));

function moveInList(step) {
  const rows = [...document.querySelectorAll("[data-rows] > *")];
  if (!rows.length) return false;
  const here = rows.findIndex((row) => row.classList.contains("is-here"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, here < 0 ? 0 : here + step))];
  rows.forEach((row) => row.classList.toggle("is-here", row === next));
  next.querySelector("a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function openAct(element) {
  const field = element.matches("details") ? element.querySelector("input:not([type=hidden]), textarea, select") : element;
  if (element.matches("details")) element.open = true;
  field?.focus();
}

function chooseState(state) {
  const choice = document.querySelector(`[data-state-form] input[value=${state}]`);
  if (!choice) return false;
  choice.closest("details").open = true;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  document.getElementById({ snoozed: "until", duplicate: "duplicate-of" }[state] || "state-reason")?.focus();
  return true;
}

function steer(event) {
  if (event.key === "," || event.key === ".") return stepFrame(event.key === "," ? -1 : 1);
  const video = currentVideo();
  if (!video || event.target.closest?.("button, a, summary, video")) return false;
  if (event.key === " ") {
    if (video.paused) video.play();
    else video.pause();
    return true;
  }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return false;
  video.currentTime = Math.max(0, video.currentTime + step * (event.shiftKey ? 10 : 1));
  return true;
}

function act(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "?") return document.getElementById("keys").showModal() ?? true;
  if (pressInQueue(event, key)) return true;
  if ((key === "j" || key === "k") && moveInList(key === "j" ? 1 : -1)) return true;
  if (key === "u") {
    const undo = document.querySelector("[data-undo]") || document.querySelector("[data-undo-last]");
    undo?.requestSubmit();
    return Boolean(undo);
  }
  if (STATES[key] && chooseState(STATES[key])) return true;
  const named = key.length === 1 && /[a-z0-9/]/.test(key) && document.querySelector(`[data-key="${key}"]`);
  if (named) {
    if (named.matches("a")) named.click();
    else openAct(named);
    return true;
  }
  return steer(event);
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (isTyping(event) || (isOff() && event.key !== "?")) return;
    if (act(event)) event.preventDefault();
  });
  document.querySelector("[data-keys-open]")?.addEventListener("click", () => document.getElementById("keys").showModal());
  const off = document.getElementById("keys-off");
  if (!off) return;
  off.checked = isOff();
  off.addEventListener("change", () => {
    try {
      localStorage.setItem(OFF, off.checked ? "1" : "0");
    } catch {
      // storage is switched off: nothing to remember it in
    }
  });
}
