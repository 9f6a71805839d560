// In and out points, the loop between them, stills, clips and marks, and going to a moment that somebody typed.
// All of it rests on the frame that the player has confirmed; without a list of frames on seconds alone.
import { frameAt } from "./desk_frames.js";
import { stepperOf, videoOf, go, position } from "./desk_players.js";
import { milliseconds, positionOf } from "./desk_walls.js";

const SETTLED_MS = 160; // a frame that came before a pause took hold is told a little later
const SPEEDS = { 1: "0.1", 2: "0.25", 3: "0.5", 4: "0.75", 5: "1", 6: "1.5", 7: "2", 8: "4", 9: "8" };
const cuts = new WeakMap();

const cutOf = (video) => {
  if (!cuts.has(video)) cuts.set(video, { in: null, out: null, loop: false });
  return cuts.get(video);
};
const part = (file, name) => file.querySelector(`[data-${name}]`);

// The moment a film stands at: the number of its frame and where that is, as far as anybody knows.
function here(file) {
  const stepper = stepperOf(file);
  const { list, video } = stepper;
  if (!list) return { number: null, film: video.currentTime, shown: video.currentTime };
  const at = stepper.shown >= 0 ? stepper.shown : frameAt(list.shown, video.currentTime);
  return { at, number: list.number[at], film: list.film[at], shown: list.shown[at] };
}

async function settled(file) {
  const video = videoOf(file);
  if (!video.paused) {
    video.pause();
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  }
  return here(file);
}

function tell(file, words) {
  const note = part(file, "stage-say");
  if (!note) return;
  note.textContent = words || "";
  note.hidden = !words;
}

function draw(file) {
  const cut = cutOf(videoOf(file));
  for (const name of ["in", "out"]) {
    const shown = file.querySelector(`[data-cut-shown="${name}"]`);
    if (shown) shown.textContent = cut[name] ? position(cut[name].film) : "–";
  }
  const button = part(file, "loop");
  button?.setAttribute("aria-pressed", String(cut.loop));
  const isWhole = Boolean(cut.in && cut.out);
  const clip = part(file, "export-clip");
  if (clip) clip.disabled = !isWhole;
  const range = part(file, "range");
  if (!range) return;
  const length = Number(part(file, "strip").dataset.duration);
  const from = cut.in ? cut.in.film : 0;
  const to = cut.out ? cut.out.film : cut.in ? cut.in.film : 0;
  range.setAttribute("x", String(Math.max(0, Math.min(1, from / length)) * 1000));
  range.setAttribute("width", String(cut.in || cut.out ? Math.max(2, Math.min(1, (to - from) / length) * 1000) : 0));
}

// An out point before the in point moves the other along: nobody has to clear anything first.
export async function setPoint(file, name) {
  const cut = cutOf(videoOf(file));
  const isPlaying = !videoOf(file).paused;
  cut[name] = isPlaying ? here(file) : await settled(file);
  if (cut.in && cut.out && cut.out.shown < cut.in.shown) cut[name === "in" ? "out" : "in"] = null;
  if (!cut.in || !cut.out) cut.loop = false;
  draw(file);
}

export function toggleLoop(file) {
  const video = videoOf(file);
  const cut = cutOf(video);
  cut.loop = !cut.loop;
  if (cut.loop && !cut.in) cut.in = { ...first(file) };
  if (cut.loop && !cut.out) cut.out = { ...last(file) };
  draw(file);
  if (!cut.loop) return;
  if (video.currentTime < cut.in.shown || video.currentTime > cut.out.shown) video.currentTime = cut.in.shown;
  video.play().catch(() => null);
}

function first(file) {
  const { list } = stepperOf(file);
  return list ? { at: 0, number: list.number[0], film: list.film[0], shown: list.shown[0] } : { number: null, film: 0, shown: 0 };
}

function last(file) {
  const { list, video } = stepperOf(file);
  const at = list ? list.count - 1 : 0;
  if (list) return { at, number: list.number[at], film: list.film[at], shown: list.shown[at] };
  return { number: null, film: video.duration, shown: video.duration };
}

// Called for every frame that is shown, and now and then besides.
export function keepInLoop(video) {
  const cut = cuts.get(video);
  if (!cut?.loop || video.paused || !cut.in || !cut.out) return;
  const { list, shown } = stepperOf(video.closest("[data-file]"));
  const isOver = list && shown >= 0 ? shown > cut.out.at : video.currentTime > cut.out.shown + 0.02;
  if (isOver) video.currentTime = cut.in.shown + 0.001;
}

function fill(form, values) {
  for (const field of form.querySelectorAll("input[type=hidden]")) {
    if (field.name in values) field.value = values[field.name] ?? "";
  }
}

export async function exportStill(file) {
  const form = part(file, "export");
  if (!form) return;
  const { number, film } = await settled(file);
  fill(form, { kind: "still", frame: number, t: number === null ? film : "", first: "", last: "", until: "" });
  form.requestSubmit();
}

export function exportClip(file) {
  const form = part(file, "export");
  const cut = cutOf(videoOf(file));
  if (!form || !cut.in || !cut.out) return;
  fill(form, {
    kind: "clip", frame: "", first: cut.in.number, last: cut.out.number, t: cut.in.film, until: cut.out.film,
  });
  form.requestSubmit();
}

async function noteMoment(form) {
  const file = form.closest("[data-file]");
  const { number, film } = await settled(file);
  fill(form, { t: film, frame: number });
}

export function beginMark(file) {
  const form = part(file, "mark-form");
  if (!form) return;
  noteMoment(form);
  form.querySelector("[name=text]").focus({ preventScroll: true });
}

function ticks(file) {
  const all = [...file.querySelectorAll(".frames [data-t], [data-mark]")].map((one) => Number(one.dataset.mark ?? one.dataset.t));
  return all.filter(Number.isFinite).sort((a, b) => a - b);
}

export function goToTick(file, by) {
  const at = here(file).film;
  const found = by > 0 ? ticks(file).find((one) => one > at + 0.002) : ticks(file).reverse().find((one) => one < at - 0.002);
  if (found !== undefined) go(file, found, file.querySelector(`.frames [data-t="${found}"]`));
}

// A frame (2087, #2087), a position (1:23.480, 00:01:23.480) or a time of the day that the film shows (21:30:05).
function goTo(file, typed) {
  const text = typed.trim().replaceAll("：", ":").replace(/^[#＃]/, "");
  const stepper = stepperOf(file);
  const length = stepper.list ? stepper.list.film[stepper.list.count - 1] + 0.001 : stepper.video.duration || 0;
  if (/^\d{1,9}$/.test(text) && stepper.list) {
    const at = frameAt(stepper.list.number, Number(text));
    if (stepper.list.number[at] !== Number(text)) return false;
    stepper.show(at);
    return true;
  }
  const parts = /^(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:\.\d{1,6})?)$/.exec(text) || /^()()(\d{1,7}\.\d{1,6})$/.exec(text);
  if (!parts) return false;
  const [hours, minutes, seconds] = parts.slice(1).map((one) => Number(one || 0));
  let at = (hours * 60 + minutes) * 60 + seconds;
  if (at > length && parts[1]) at = positionOf(file, milliseconds(text), length) ?? Number.NaN;
  if (!(at <= length)) return false;
  go(file, at, null);
  return true;
}

export function setSpeed(file, value) {
  const choice = part(file, "speed");
  if (choice) choice.value = value;
  const video = videoOf(file);
  if (video) video.playbackRate = Number(value);
}

function drawMarks() {
  for (const file of document.querySelectorAll("[data-file]")) {
    const group = part(file, "mark-ticks");
    if (!group) continue;
    const length = Number(part(file, "strip").dataset.duration);
    group.replaceChildren(
      ...[...file.querySelectorAll("[data-mark]")].map((one) => {
        const tick = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        const x = (Number(one.dataset.mark) / length) * 1000;
        const width = one.dataset.until ? ((Number(one.dataset.until) - Number(one.dataset.mark)) / length) * 1000 : 3;
        for (const [name, value] of Object.entries({ class: "strip-flag", x, y: 0, width: Math.max(3, width), height: 9 })) tick.setAttribute(name, value);
        return tick;
      }),
    );
    const video = videoOf(file);
    if (video && cuts.has(video)) draw(file);
  }
}

function onClick(event) {
  const file = event.target.closest?.("[data-file]");
  if (!file || !videoOf(file)) return;
  const point = event.target.closest("[data-cut-set]");
  const tick = event.target.closest("[data-tick]");
  if (point) setPoint(file, point.dataset.cutSet);
  else if (tick) goToTick(file, Number(tick.dataset.tick));
  else if (event.target.closest("[data-loop]")) toggleLoop(file);
  else if (event.target.closest("[data-cut-clear]")) {
    Object.assign(cutOf(videoOf(file)), { in: null, out: null, loop: false });
    draw(file);
  } else if (event.target.closest("[data-export-still]")) exportStill(file);
  else if (event.target.closest("[data-export-clip]")) exportClip(file);
}

// One key for the film that is looked at, as the table of keys names it; whether it meant anything.
export function playerKey(event, video, key) {
  const file = video?.closest("[data-file]");
  if (!file) return false;
  if (SPEEDS[key]) setSpeed(file, SPEEDS[key]);
  else if (key === "i") setPoint(file, "in");
  else if (key === "o") setPoint(file, "out");
  else if (key === "s" && event.shiftKey) exportClip(file);
  else if (key === "s") exportStill(file);
  else if (key === "b") beginMark(file);
  else if (key === "\\") toggleLoop(file);
  else if (key === "[" || key === "]") goToTick(file, key === "[" ? -1 : 1);
  else return false;
  return true;
}

export function startCutting() {
  document.addEventListener("click", onClick);
  document.addEventListener("focusin", (event) => {
    const form = event.target.closest?.("[data-mark-form]");
    if (form && event.target.matches("[name=text]")) noteMoment(form);
  });
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("[data-go-to]");
    const mark = event.target.closest?.("[data-mark-form] [name=text]");
    if (event.isComposing) return;
    if (event.key === "Escape" && (field || mark)) event.target.blur();
    if (!field || event.key !== "Enter") return;
    event.preventDefault();
    const file = field.closest("[data-file]");
    const isThere = goTo(file, field.value);
    field.setAttribute("aria-invalid", String(!isThere));
    tell(file, isThere ? "" : field.dataset.wrong);
    if (isThere) field.select();
  });
  document.addEventListener("ended", (event) => {
    const cut = cuts.get(event.target);
    if (!cut?.loop) return;
    event.target.currentTime = cut.in.shown + 0.001;
    event.target.play().catch(() => null);
  }, true);
  document.addEventListener("htmx:after:swap", drawMarks);
  drawMarks();
}
