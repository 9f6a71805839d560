// Player, strip and contact sheet of each file. A keyframe jumps the player; without one it is shown large.
import { why } from "./desk_broken.js";
import { readFrames } from "./desk_frames.js";
import { startHover } from "./desk_hover.js";
import { keepInLoop } from "./desk_cutting.js";
import { Stepper } from "./desk_stepper.js";
import { sayTruth } from "./desk_truth.js";
import { sayCamera } from "./desk_walls.js";

const SIZE = "desk-sheet-size";
const two = (number) => String(number).padStart(2, "0");

export function position(seconds) {
  const milli = Math.round(seconds * 1000);
  const whole = Math.floor(milli / 1000);
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(milli % 1000).padStart(3, "0")}`;
}

export const videoOf = (file) => file?.querySelector("[data-stage] video") || null;
const steppers = new WeakMap();

// The stepper of a film; made when its player is first seen, taught when the list of its frames is there.
export function stepperOf(file) {
  const video = videoOf(file);
  if (!video) return null;
  if (!steppers.has(video)) {
    steppers.set(video, new Stepper(video, (frame, isSure) => sayFrame(file.isConnected ? file : video.closest("[data-file]"), frame, isSure)));
    video.addEventListener("error", () => sayBroken(video));
    video.addEventListener("loadedmetadata", () => video.videoWidth || sayBroken(video));
    video.addEventListener("loadeddata", () => {
      const away = video.closest("[data-file]")?.querySelector("[data-away]");
      if (away) away.hidden = true;
    });
    if (video.error) sayBroken(video);
  }
  const stepper = steppers.get(video);
  const url = video.closest("[data-file]").dataset.frames;
  if (url && stepper.url !== url) {
    stepper.url = url;
    stepper.isLearning = true;
    fetch(url, { credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((said) => stepper.url === url && stepper.learn(readFrames(said))) // examined anew meanwhile: that list counts
      .catch(() => {
        if (stepper.url !== url) return;
        stepper.url = null; // the line is cut: asked again at the next change of the page
        stepper.learn(stepper.list);
      });
  }
  return stepper;
}

// A browser that cannot decode a film often raises nothing and shows nothing: then the page must say so. A film whose
// bytes the store lost is another matter: it can be made again.
async function sayBroken(video) {
  const file = video.closest("[data-file]");
  if (video.dataset.copy && video.getAttribute("src") !== video.dataset.copy) {
    video.src = video.dataset.copy;
    return;
  }
  const reason = video.error ? await why(video.currentSrc || video.src) : "unplayable";
  const note = file?.querySelector(reason === "lost" ? "[data-stage] [data-lost]" : `[data-${reason}]`);
  if (note) note.hidden = false;
}

// The number is shown only when the player has confirmed which frame stands there.
function sayFrame(file, frame, isSure) {
  const shown = file?.querySelector("[data-frame]");
  if (!shown) return;
  const { list, isAbout } = steppers.get(videoOf(file)) || {};
  if (list && (isSure || isAbout)) shown.hidden = false;
  shown.classList.toggle("is-unsure", !isSure);
  const about = shown.querySelector("[data-about]");
  if (about) about.hidden = !isAbout;
  if (!list || frame < 0 || !(isSure || isAbout)) return;
  shown.dataset.number = String(list.number[frame]);
  shown.querySelector("b").textContent = String(list.number[frame]);
  say(file, list.film[frame]);
  keepInLoop(videoOf(file));
}

function say(file, seconds) {
  const shown = file.querySelector("[data-position]");
  if (shown) shown.textContent = position(seconds);
  sayTruth(file, seconds);
  sayCamera(file, seconds);
  const strip = file.querySelector("[data-strip]");
  const head = strip?.querySelector("[data-head]");
  if (head) head.setAttribute("x", String(Math.min(1, seconds / Number(strip.dataset.duration)) * 1000));
}

function mark(file, link) {
  for (const one of file.querySelectorAll(".frames .is-here")) one.classList.remove("is-here");
  link?.classList.add("is-here");
}

// Go to a moment: the player if the film plays, else the still that was taken there.
export function go(file, seconds, link) {
  const stepper = stepperOf(file);
  if (stepper) {
    stepper.go(seconds);
  } else if (link?.dataset.still) {
    const picture = file.querySelector(".stage-picture");
    if (!picture) return false;
    picture.href = link.href;
    picture.querySelector("img").src = link.dataset.still;
  } else if (!file.querySelector(".stage-picture")) {
    return false;
  }
  mark(file, link);
  say(file, seconds);
  file.querySelector("[data-stage]").scrollIntoView({ block: "nearest" });
  return true;
}

function nearest(file, seconds) {
  const links = [...file.querySelectorAll(".frames [data-t]")];
  const far = (link) => Math.abs(Number(link.dataset.t) - seconds);
  return links.sort((a, b) => far(a) - far(b))[0];
}

function onClick(event) {
  const moment = event.target.closest?.("[data-t]");
  const file = event.target.closest?.("[data-file]");
  const strip = event.target.closest?.("[data-strip] svg");
  if (!file || event.ctrlKey || event.metaKey || event.shiftKey) return;
  let seconds = null;
  if (moment) seconds = Number(moment.dataset.t);
  if (strip) {
    const box = strip.getBoundingClientRect();
    seconds = ((event.clientX - box.left) / box.width) * Number(strip.parentElement.dataset.duration);
  }
  const by = event.target.closest?.("[data-step]");
  if (by) stepFrame(Number(by.dataset.step), file);
  if (seconds === null) return;
  const link = moment?.matches("a") ? moment : nearest(file, seconds);
  if (go(file, seconds, link)) event.preventDefault();
}

function resize(size) {
  document.documentElement.dataset.sheet = size;
  for (const one of document.querySelectorAll("[data-size]")) one.setAttribute("aria-pressed", String(one.dataset.size === size));
}

function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage is switched off: the choice lasts as long as the page
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // see above
  }
}

// A picture that the store lost leaves a sentence, not a hole.
async function onLostPicture(event) {
  const file = event.target.matches?.("img") && event.target.closest("[data-file]");
  const note = file && (event.target.closest(".export-list > li") || file).querySelector("[data-lost]");
  if (note && note.hidden && (await why(event.target.currentSrc || event.target.src)) === "lost") note.hidden = false;
}

// A link to a file that is folded opens it where it stands.
function unfold(event) {
  const link = event.target.closest?.("[data-file-link]");
  const file = link && document.querySelector(link.hash);
  const opener = file?.querySelector("[data-unfold]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  opener.click();
  file.scrollIntoView({ block: "start" });
}

// The film somebody looks at: keys must never move another one, somewhere else on the page.
let latest = null;

function noteLatest(event) {
  latest = videoOf(event.target.closest?.("[data-file]")) || latest;
}

export function currentVideo() {
  const films = [...document.querySelectorAll("[data-stage] video")];
  return films.find((one) => !one.paused) || films.find((one) => one === latest) || films[0] || null;
}

// One frame on or back, exactly. Without a list of frames nobody can tell where the next one is.
export function stepFrame(by, file = currentVideo()?.closest("[data-file]")) {
  return Boolean(file && stepperOf(file)?.step(by));
}

function startSteppers() {
  for (const file of document.querySelectorAll("[data-file]")) {
    stepperOf(file);
    for (const button of file.querySelectorAll("[data-step]")) button.disabled = !file.dataset.frames;
  }
}

export function startPlayers(words) {
  document.addEventListener("click", onClick);
  document.addEventListener("error", onLostPicture, true);
  document.addEventListener("click", unfold);
  startHover(position);
  startSteppers();
  for (const sort of ["pointerdown", "click", "play"]) document.addEventListener(sort, noteLatest, true);
  document.addEventListener("htmx:after:swap", startSteppers);
  document.addEventListener("change", (event) => {
    const speed = event.target.closest?.("[data-speed]");
    const video = speed && videoOf(speed.closest("[data-file]"));
    if (video) video.playbackRate = Number(speed.value);
  });
  document.addEventListener(
    "timeupdate",
    (event) => {
      const file = event.target.closest?.("[data-file]");
      const stepper = file && stepperOf(file);
      if (!stepper) return;
      say(file, stepper.filmTime());
      keepInLoop(stepper.video);
    },
    true,
  );
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-size]");
    if (button) {
      resize(button.dataset.size);
      keep(SIZE, button.dataset.size);
    }
    const copy = event.target.closest?.("[data-copy]");
    if (copy && navigator.clipboard) {
      const isDone = await navigator.clipboard.writeText(copy.dataset.copy).then(() => true, () => false);
      if (isDone) copy.lastChild.textContent = words.copied;
    }
  });
  resize(["s", "m", "l"].includes(kept(SIZE)) ? kept(SIZE) : "m");
  document.addEventListener("htmx:after:swap", () => resize(document.documentElement.dataset.sheet));
}
