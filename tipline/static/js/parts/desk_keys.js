// Single keys, bound from the one table that the page carries (tipline/web/review/keys.py) by tinykeys. Never while
// somebody types or an input method composes; they can be switched off and chosen anew (WCAG 2.1.4).
import { createKeybindingsHandler } from "tinykeys";
import { pressInQueue } from "./desk_batch.js";
import { playerKey } from "./desk_cutting.js";
import { reach } from "./desk_focus.js";
import { resetLook } from "./desk_looks.js";
import { currentVideo, stepFrame } from "./desk_players.js";
import { here, rows, standOn } from "./desk_rows.js";
import { afterActs, areUnderWay } from "./desk_turns.js";

const STATES = { duplicate: "duplicate", snooze: "snoozed", not_used: "not_used" };
// What may repeat while its key is held: looking goes on, deciding does not.
const REPEATS = new Set(["next", "previous", "frame_back", "frame_on", "back", "on"]);
const PACE_MS = 90; // of a held key in a list
const LEAVING_MS = 1500; // after a key led to another page, until it is there
// The same keys while a Chinese input method writes full-width signs.
const WIDE = { ",": "，", ".": "。", "/": "、", "?": "？", "[": "【", "]": "】", ";": "；" };
const COMPOSING = 229; // the code of a key that belongs to an input method, also where isComposing is not told

const state = { off: false, table: [], moved: 0, leaving: 0 };

const isTyping = (event) =>
  event.isComposing || event.keyCode === COMPOSING || event.ctrlKey || event.metaKey || event.altKey ||
  Boolean(event.target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]"));

function moveInList(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.indexOf(here());
  standOn(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))]);
  return true;
}

function openAct(element) {
  const field = element.matches("details") ? element.querySelector("input:not([type=hidden]), textarea, select") : element;
  if (element.matches("details")) element.open = true;
  // Whoever searches again mostly wants other words; an arrow keeps those that stand there.
  aim(field, () => field.type === "search" && field.select());
}

// As long as nobody has gone elsewhere by himself.
function aim(field, then) {
  const from = document.activeElement;
  if (field) reach(field, () => document.activeElement === from, then);
}

function chooseState(name) {
  const choice = document.querySelector(`[data-state-form] input[value=${name}]`);
  if (!choice) return false;
  choice.closest("details").open = true;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  const field = document.getElementById({ snoozed: "until", duplicate: "duplicate-of" }[name]) || document.getElementById("state-reason");
  aim(field);
  return true;
}

const UNDO = "[data-undo], [data-undo-last]";
const undoForm = () => document.querySelector("[data-undo]") || document.querySelector("[data-undo-last]");

// What is taken back is the last act, also while that is on its way: until it was answered the page offers the one before.
function undo() {
  if (!undoForm()) return false;
  if (!areUnderWay(UNDO)) afterActs(() => undoForm()?.requestSubmit());
  return true;
}

// Whatever carries the key as it comes: a link is followed, an act is opened.
function pressNamed(key) {
  const named = /^[a-z0-9/]$/.test(key) && document.querySelector(`[data-key="${key}"]`);
  if (!named) return false;
  if (named.matches("a")) {
    state.leaving = Date.now() + LEAVING_MS;
    named.click();
  } else if (named.matches("[data-press]")) {
    named.click(); // one key does it; it can be taken back by another
  } else {
    openAct(named);
  }
  return true;
}

function steer(event, key) {
  if (key === "," || key === ".") return stepFrame(key === "," ? -1 : 1);
  const video = currentVideo();
  if (key === "0" && resetLook(document.querySelector("[data-file].is-adjusted"))) return true;
  if (playerKey(event, video, key)) return true;
  if (!video || event.target.closest?.("button, a, summary, video")) return false;
  if (key === "Space") {
    if (video.paused) video.play().catch(() => null); // the next key may stop it before it has begun
    else video.pause();
    return true;
  }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (!step) return false;
  video.currentTime = Math.max(0, video.currentTime + step * (event.shiftKey ? 10 : 1));
  return true;
}

// What a key does, told by its name and by the key it comes with; whoever acts on it sees that one.
function act(event, name, key) {
  if (pressInQueue(event, key)) return true;
  if ((name === "next" || name === "previous") && moveInList(name === "next" ? 1 : -1)) return true;
  if (name === "undo") return undo();
  if (STATES[name] && chooseState(STATES[name])) return true;
  return pressNamed(key) || steer(event, key);
}

function press(event, name, key) {
  if (Date.now() < state.leaving) return event.preventDefault();
  if (event.repeat) {
    if (!REPEATS.has(name)) return event.preventDefault();
    // Held on a page of one tip, J must not run through the queue; in a list it walks at a pace one can follow.
    if ((name === "next" || name === "previous") && !rows().length) return event.preventDefault();
    if (Date.now() - state.moved < PACE_MS && !document.querySelector("[data-stage] video")) return event.preventDefault();
  }
  state.moved = Date.now();
  if (act(event, name, key)) event.preventDefault();
  return undefined;
}

function bindings() {
  const found = {};
  for (const [name, now, came] of state.table) {
    if (!name) continue;
    const run = (event) => press(event, name, came);
    found[`[Shift]+${now}`] = run;
    if (WIDE[now]) found[`[Shift]+${WIDE[now]}`] = run;
  }
  // Numbers belong to the page: tabs of a case, speeds of a film. Other keys of templates are taken as they are.
  for (const key of "123456789abcdefghijklmnopqrstuvwxyz") {
    const binding = `[Shift]+${key}`;
    if (!found[binding] && !isMoved(key)) found[binding] = (event) => press(event, "", key);
  }
  found.Escape = (event) => press(event, "", "Escape");
  return found;
}

// A key that was given up for another one does nothing any more.
const isMoved = (key) => state.table.some(([name, now, came]) => name && came === key && now !== key);

// --- the list of keys, made from the table and from what is on the page

const shown = (key) => ({ ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" })[key] || (key.length === 1 ? key.toUpperCase() : key);

function drawList(dialog, groups) {
  const list = dialog.querySelector("[data-keys-list]");
  list.textContent = "";
  groups.forEach((group, at) => {
    const here = state.table.filter(([, , , , where, in_]) => in_ === at && (!where || document.querySelector(where)));
    if (!here.length) return;
    const head = document.createElement("h3");
    head.textContent = group;
    const lines = document.createElement("dl");
    for (const [, now, , what] of here) {
      const line = document.createElement("div");
      const term = line.appendChild(document.createElement("dt"));
      term.appendChild(document.createElement("kbd")).textContent = shown(now);
      line.appendChild(document.createElement("dd")).textContent = what;
      lines.appendChild(line);
    }
    list.append(head, lines);
  });
}

function keepOff(off) {
  const token = document.querySelector("[name=csrf_token]")?.value || "";
  const body = new URLSearchParams({ off: off ? "1" : "0", csrf_token: token });
  fetch("/desk/preferences/keys", { method: "POST", body, credentials: "same-origin", keepalive: true }).catch(() => null);
}

export function startKeys() {
  const dialog = document.getElementById("keys");
  const told = JSON.parse(document.body.dataset.keys || "null");
  if (!dialog || !told) return;
  Object.assign(state, { off: told.off, table: told.table });
  const openList = () => {
    if (dialog.open) return;
    drawList(dialog, told.groups);
    dialog.showModal();
  };
  const ignore = isTyping;
  const keys = createKeybindingsHandler(bindings(), { ignore });
  const help = createKeybindingsHandler({ "[Shift]+?": openList, "[Shift]+？": openList }, { ignore });
  document.addEventListener("keydown", (event) => {
    help(event);
    if (!state.off) keys(event);
  });
  window.addEventListener("pageshow", () => (state.leaving = 0));
  document.querySelector("[data-keys-open]")?.addEventListener("click", openList);
  const off = document.getElementById("keys-off");
  off.checked = state.off;
  off.addEventListener("change", () => {
    state.off = off.checked;
    keepOff(off.checked);
  });
  startKeyFields();
}

// On the page of preferences a pressed key writes its own name into the field.
function startKeyFields() {
  for (const field of document.querySelectorAll("[data-key-field]")) {
    field.addEventListener("keydown", (event) => {
      if (isTypingKey(event)) return;
      event.preventDefault();
      field.value = event.code === "Space" ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
    });
  }
}

const isTypingKey = (event) =>
  event.isComposing || event.keyCode === COMPOSING || event.ctrlKey || event.metaKey || event.altKey ||
  ["Tab", "Enter", "Escape", "Backspace", "Delete", "Shift"].includes(event.key);
