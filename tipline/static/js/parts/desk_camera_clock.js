// The form of a file's clock: fetched when it is opened, filled from where the player stands, and its sum shown
// while it is typed. Once a clock was set, every time on the page is told anew.
import { onWall, retell, sayTruth, trueAt, truthOf } from "./desk_truth.js";

const DAY = 86400000;
const two = (number) => String(number).padStart(2, "0");

const fileOf = (form) => form.closest("[data-file], [data-truth]");

function positionOf(file) {
  const [hours, minutes, seconds] = (file?.querySelector("[data-position]")?.textContent || "").split(":").map(Number);
  const told = hours * 3600 + minutes * 60 + seconds;
  return Number.isFinite(told) ? told : file?.querySelector("video")?.currentTime || 0;
}

// `2026-11-22 21:32:05` or `21:32:05`, as milliseconds on a wall; the day of the second may be left out.
function moment(text, day) {
  const plain = text.normalize("NFKC").trim().replace("T", " ");
  const found = /^(?:(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*)?(\d{1,2})[:点时](\d{1,2})(?:[:分](\d{1,2}))?[分秒]?$/.exec(plain);
  if (!found) return null;
  const on = found[1] ? Date.UTC(found[1], found[2] - 1, found[3]) : day;
  return on === null || on === undefined ? null : { at: on + ((found[4] * 60 + Number(found[5])) * 60 + Number(found[6] || 0)) * 1000, day: on };
}

function lasting(milliseconds) {
  let left = Math.round(Math.abs(milliseconds) / 1000);
  const days = Math.floor(left / 86400);
  left -= days * 86400;
  const clock = `${two(Math.floor(left / 3600))}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  return days ? `${days} d ${clock}` : clock;
}

// The camera's time less the true time, as it is typed.
function work(form) {
  const place = form.querySelector("[data-clock-working]");
  const words = JSON.parse(form.dataset.words);
  const { shown: shownField, true: trueField, t } = form.elements;
  const found = trueAt(truthOf(fileOf(form)), Number(t.value) || 0);
  const day = found ? Math.floor((found.camera ?? found.at) / DAY) * DAY : null;
  const shown = moment(shownField.value, day);
  const real = shown && moment(trueField.value, shown.day);
  if (!real) {
    place.textContent = "";
    return;
  }
  const by = shown.at - real.at;
  const said = by === 0 ? words.right : `${lasting(by)} ${by > 0 ? words.ahead : words.behind}`;
  place.textContent = `${shownField.value.trim()} − ${trueField.value.trim()} = ${said}`;
}

function position(seconds) {
  const whole = Math.floor(seconds);
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(Math.floor((seconds % 1) * 1000)).padStart(3, "0")}`;
}

// Take the position from the player, and what the machine read there as a first proposal.
function here(form) {
  const file = fileOf(form);
  const seconds = positionOf(file);
  form.elements.t.value = position(seconds);
  const found = trueAt(truthOf(file), seconds);
  if (found?.camera != null && !form.elements.shown.value) {
    const wall = onWall(found.camera, "UTC");
    form.elements.shown.value = `${wall.day} ${wall.clock}`;
  }
  form.elements.way.value = "readings";
  work(form);
  form.elements[form.elements.shown.value ? "true" : "shown"].focus();
}

const opening = new Set(); // places whose form is on its way: a second one would empty what is typed into the first

async function open(htmx, details) {
  const place = details.querySelector("[data-address]");
  if (!details.open || !place || place.querySelector("form") || opening.has(place)) return;
  opening.add(place);
  const before = document.activeElement;
  await htmx.ajax("GET", place.dataset.address, { target: place, swap: "innerHTML" }).finally(() => opening.delete(place));
  // Whoever went on to another field meanwhile stays there.
  if ([before, document.body].includes(document.activeElement)) place.querySelector("input:not([type=hidden])")?.focus();
}

// What was typed in a part of the form says which way is meant.
function choose(event) {
  const form = event.target.closest?.("[data-clock-form]");
  const way = form && event.target.closest(".clock-way")?.querySelector("input[name=way]");
  if (way && event.target !== way && event.target.matches("input, select")) way.checked = true;
  if (form) work(form);
}

export function startCameraClocks(htmx) {
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("[data-clock-set]")) open(htmx, event.target);
  }, true);
  document.addEventListener("input", choose);
  document.addEventListener("click", (event) => {
    const form = event.target.closest?.("[data-clock-here]")?.closest("form");
    if (form) here(form);
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const { sourceElement: form, response } = event.detail.ctx;
    const status = response?.raw?.status ?? response?.status ?? 200;
    if (form?.matches?.("[data-clock-form]") && status < 400) {
      const place = document.getElementById(`clock-form-${form.dataset.fileNumber}`);
      place?.closest("details")?.removeAttribute("open");
      place?.replaceChildren();
    }
    for (const file of document.querySelectorAll("[data-file]")) {
      retell(file);
      if (file.querySelector("video")) sayTruth(file, positionOf(file));
    }
  });
}
