// Rows of the queue are ticked and acted on without opening them. A sheet over the bar takes what an act needs:
// Enter sends it, Escape closes it, nothing behind it is blocked. Without ticks an act is meant for the row one
// stands on: that row is lent to the bar until it is sent or closed.
import { box, here, picked, rows, standOn, tick } from "./desk_rows.js";
import { askLive } from "./desk_turns.js";

const SHEETS = { a: "assign", l: "link", d: "duplicate", h: "snooze", n: "not_used", r: "reply" };
// After these the tip is dealt with, so one stands on the next row.
const SETTLING = ["assign", "link", "duplicate", "snooze", "not_used"];

const form = () => document.querySelector("[data-batch]");

let last = null; // where a range begins that Shift ends
let lent = false;
let sentSoFar = 0;
const underWay = new Map(); // form of an act that was sent → its rows, the act, what was typed
let held = []; // acts on rows of which another act is under way
let awaited = null; // the field of a sheet that has not got the focus yet

function show() {
  const many = picked();
  form().classList.toggle("is-open", many.length > 0);
  form().querySelector("[data-picked]").textContent = many.length;
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    all.checked = many.length > 0 && many.length === rows().length;
    all.indeterminate = many.length > 0 && !all.checked;
  }
  if (!many.length) openSheet("");
}

function pick(many, on) {
  tick(many, on);
  lent = false;
  show();
}

function openSheet(name) {
  for (const sheet of form().querySelectorAll("[data-sheet]")) sheet.classList.toggle("is-open", sheet.dataset.sheet === name);
  for (const button of form().querySelectorAll("[data-open-sheet]")) {
    button.setAttribute("aria-expanded", String(button.dataset.openSheet === name));
  }
  const sheet = form().querySelector("[data-sheet].is-open");
  if (!sheet) return;
  const of = sheet.querySelector("[name=of]");
  if (of && !of.value) of.value = suggested();
  const field = sheet.querySelector("select, input:not([type=hidden]), textarea");
  reach(field);
}

// A busy browser now and then does not focus what was only just shown, and the next key would be the row's: it is asked
// again, at once with everything laid out and then with the next frames, as long as the sheet stands open.
function reach(field, tries = 5) {
  field.focus();
  if (document.activeElement !== field && field.getClientRects().length) field.focus();
  awaited = document.activeElement === field ? null : field;
  if (!awaited) field.select?.();
  else if (tries) requestAnimationFrame(() => isAwaited(field) && reach(field, tries - 1));
}

function isAwaited(field) {
  const sheet = awaited === field && field?.closest("[data-sheet].is-open");
  return Boolean(sheet) && !sheet.contains(document.activeElement);
}

const isCombined = (event) => event.isComposing || event.ctrlKey || event.metaKey || event.altKey;

// A key that comes before that is the sheet's all the same, unless somebody writes elsewhere by now.
function onEarlyKey(event) {
  const field = awaited;
  if (!isAwaited(field) || isCombined(event)) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select")) return;
  const isLetter = event.key.length === 1;
  if (!isLetter && event.key !== "Enter" && event.key !== "Escape") return;
  event.stopImmediatePropagation();
  reach(field, 0);
  if (isLetter && !awaited) return; // it is written where the focus is by now
  event.preventDefault();
  const { key, code, shiftKey } = event;
  field.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true }));
}

// The tip that a hint of the only row points to.
function suggested() {
  const many = picked();
  const hint = many.length === 1 && many[0].querySelector(".hint[data-same]");
  return hint ? hint.dataset.same : "";
}

// Whether there is a row to act on: what is ticked, or else the row one stands on.
function lend() {
  if (picked().length) return true;
  const row = here() || document.activeElement.closest?.(".row");
  if (!box(row)) return false;
  pick([row], true);
  lent = true;
  return true;
}

function close() {
  openSheet("");
  if (lent) pick(picked(), false);
  standOn(here());
}

function send(name) {
  const button = form().querySelector(`[name=act][value=${name}]`);
  if (button && lend()) form().requestSubmit(button);
  return Boolean(button);
}

// A key on the queue; whether it meant something here.
export function pressInQueue(event, key) {
  if (!form()) return false;
  if (key === "x") {
    if (event.shiftKey) pick(rows(), picked().length < rows().length);
    else if (here()) pick([here()], !picked().includes(here()));
    last = here();
    return true;
  }
  if (key === "c") return send("acknowledge");
  if (key === "y") return send("answer");
  if (key === "Escape" && picked().length) {
    pick(rows(), false);
    return true;
  }
  if (!SHEETS[key] || !form().querySelector(`[data-sheet=${SHEETS[key]}]`)) return false;
  if (lend()) openSheet(SHEETS[key]);
  return true;
}

function onTick(event) {
  const target = event.target;
  if (target.matches("[data-pick-all]")) return pick(rows(), target.checked);
  if (!target.matches("[data-pick]")) return undefined;
  const all = rows();
  const row = target.closest(".row");
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(row)].sort((one, other) => one - other);
    tick(all.slice(from, to + 1), target.checked);
  }
  last = row;
  return pick([row], target.checked);
}

function onSheetKey(event) {
  const sheet = event.target.closest("[data-sheet]");
  if (!sheet || event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    close();
  } else if (event.key === "ArrowDown" && event.target.name === "number") {
    event.preventDefault();
    sheet.querySelector("[type=radio]")?.focus();
  } else if (event.key === "Enter" && !event.shiftKey && !event.target.matches("button")) {
    event.preventDefault();
    const reason = sheet.querySelector("[name=reason_link]");
    if (reason && !reason.value.trim()) reason.focus();
    else form().requestSubmit(sheet.querySelector("[name=act]"));
  }
}

// What is sent leaves at once in a form of its own, and the hand goes on: keys pressed before the answer are meant
// for the next row, never for a field that was just sent, and no answer touches what was ticked meanwhile.
function dispatch(htmx, button) {
  const many = picked();
  const entries = [...new FormData(form(), button), ["once", String((sentSoFar += 1))]];
  held.push({ ids: many.map((row) => row.id), act: button.value, entries });
  release(htmx);
  const last = many[many.length - 1];
  form().reset();
  pick(many, false);
  openSheet("");
  const next = SETTLING.includes(button.value) ? rows()[rows().indexOf(last) + 1] : null;
  standOn(next || here() || last);
}

// An act on a row waits for the one before it: drawn on what that one changes, it would be refused as outdated.
function release(htmx) {
  const busy = new Set([...underWay.values()].flatMap((one) => one.ids));
  const [ready, later] = [[], []];
  for (const one of held) {
    (one.ids.some((id) => busy.has(id)) ? later : ready).push(one);
    one.ids.forEach((id) => busy.add(id));
  }
  held = later;
  ready.forEach((one) => leave(htmx, one));
}

// A row as it is drawn now.
const asSeen = (name, value) => (name === "tip" && box(document.getElementById(`row-${value.split(".")[0]}`))?.value) || value;

function leave(htmx, one) {
  const going = document.createElement("form");
  going.method = "post";
  going.action = form().action;
  going.hidden = true;
  going.setAttribute("hx-post", form().getAttribute("hx-post"));
  going.setAttribute("hx-swap", "none");
  for (const [name, value] of one.entries) {
    const field = going.appendChild(document.createElement("input"));
    Object.assign(field, { type: "hidden", name, value: asSeen(name, value) });
  }
  underWay.set(going, one);
  document.body.appendChild(going);
  htmx.process(going);
  going.requestSubmit();
}

function onAnswer(htmx, going, status) {
  const { ids, act, entries } = underWay.get(going);
  underWay.delete(going);
  going.remove();
  release(htmx);
  const refused = (document.getElementById("batch-said")?.dataset.refused || "").split(" ").filter(Boolean);
  const back = status < 400 ? ids.filter((id) => refused.includes(id.replace("row-", ""))) : ids;
  if (!back.length || picked().length) return;
  // Refused rows are ticked again; if nothing was done, what was typed stands there again too.
  pick(back.map((id) => document.getElementById(id)).filter(Boolean), true);
  if (status < 400 || !Object.values(SHEETS).includes(act)) return;
  for (const [name, value] of entries) {
    const field = form().querySelector(`[data-sheet=${act}] [name="${name}"]:not([type=radio]):not([type=checkbox])`);
    if (field) field.value = value;
  }
  openSheet(act);
}

export function startBatch(htmx) {
  if (!form()) return;
  document.addEventListener("click", (event) => {
    if (event.target.matches?.("[data-pick], [data-pick-all]")) onTick(event);
    const opener = event.target.closest?.("[data-open-sheet]");
    if (opener) openSheet(opener.getAttribute("aria-expanded") === "true" ? "" : opener.dataset.openSheet);
    if (event.target.closest?.("[data-pick-none]")) {
      pick(rows(), false);
      standOn(here());
    }
  });
  form().addEventListener("keydown", onSheetKey);
  document.addEventListener("keydown", onEarlyKey, true);
  form().addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.submitter) dispatch(htmx, event.submitter);
  }, true);
  document.addEventListener("htmx:after:swap", (event) => {
    const source = event.detail.ctx.sourceElement;
    const status = event.detail.ctx.response?.raw?.status ?? event.detail.ctx.response?.status ?? 200;
    if (underWay.has(source)) onAnswer(htmx, source, status);
    show();
    // What was taken back changed rows: they are asked for at once.
    if (source?.matches?.("[data-undo], [data-undo-last]")) askLive(htmx);
  });
  // Without an answer nothing was done: the rows are ticked again, and what was typed is there.
  document.addEventListener("htmx:finally:request", (event) => {
    const source = event.detail.ctx.sourceElement;
    if (underWay.has(source)) onAnswer(htmx, source, 599);
  });
  // What waits for its turn would be left behind.
  window.addEventListener("beforeunload", (event) => {
    if (held.length) event.preventDefault();
  });
  // Ticks that the browser itself brings back with the page count too.
  window.addEventListener("pageshow", () => {
    const back = rows().filter((row) => box(row)?.checked && !picked().includes(row));
    if (back.length) pick(back, true);
  });
  show();
}
