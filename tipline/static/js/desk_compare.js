// The page of two side by side: films in step, one zoom, sides swapped by a key. Facts need no script.
import { Films } from "./parts/compare_films.js";
import { Zoom } from "./parts/compare_zoom.js";
import { areKeysOff } from "./parts/keys_off.js";

function position(seconds) {
  const whole = Math.floor(seconds);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${String(Math.floor((seconds % 1) * 1000)).padStart(3, "0")}`;
}

const desk = document.querySelector("[data-compare]");
if (desk) start(desk);

function start(desk) {
  const sides = [...desk.querySelectorAll("[data-side]")];
  const note = document.querySelector("[data-note]");
  const said = document.querySelector("[data-zoom-said]");
  const zoom = new Zoom([...desk.querySelectorAll("[data-zoom]")], (scale) => { said.textContent = `${Math.round(scale * 100)} %`; });
  const tell = (film, seconds, isBeyond) => {
    film.side.querySelector("[data-position]").textContent = position(seconds);
    if (isBeyond !== undefined) note.textContent = isBeyond ? desk.dataset.beyond : "";
    const frames = [...film.side.querySelectorAll("[data-t]")];
    const here = frames.filter((one) => Number(one.dataset.t) <= seconds + 0.01).pop();
    for (const one of frames) one.classList.toggle("is-here", one === here);
  };
  const films = sides.every((side) => side.querySelector("video")) ? new Films(sides, tell) : null;
  for (const video of desk.querySelectorAll("video")) sayIfBroken(video);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-play], [data-frame-step], [data-zoom-by], [data-t]");
    if (!button) return;
    if (button.dataset.zoomBy !== undefined) change(zoom, Number(button.dataset.zoomBy));
    if (button.dataset.t !== undefined) jump(films, button);
    if (films && button.dataset.play !== undefined) films.play();
    if (films && button.dataset.frameStep) films.step(Number(button.dataset.frameStep));
  });
  // A choice made by a pointer leaves the keys to the films.
  document.addEventListener("click", (event) => event.pointerType && event.target.closest("[data-bar] label, [data-bar] button") && setTimeout(() => document.activeElement?.blur()));
  document.addEventListener("change", (event) => {
    if (event.target.name === "mode") films?.choose(event.target.value);
    if (event.target.matches("[data-go]")) event.target.form.submit();
  });
  films?.choose(document.querySelector("input[name=mode]:checked")?.value || "position");
  document.addEventListener("keydown", (event) => onKey(event, films, zoom));
}

function sayIfBroken(video) {
  const say = () => { video.closest("[data-side]").querySelector("[data-unplayable]").hidden = false; };
  video.addEventListener("error", say);
  video.addEventListener("loadedmetadata", () => video.videoWidth || say());
  if (video.error) say();
}

function jump(films, button) {
  const side = button.closest("[data-side]");
  const seconds = Number(button.dataset.t);
  if (!films) {
    const video = side.querySelector("video");
    if (video) video.currentTime = seconds;
    return;
  }
  films.go(films.films.find((one) => one.side === side), seconds);
}

function change(zoom, by) {
  if (by === 0) zoom.reset();
  else zoom.by(by > 0 ? 1.5 : 1 / 1.5);
}

function onKey(event, films, zoom) {
  const isTyping = event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input:not([type=radio]), textarea, select, dialog[open]");
  if (isTyping || areKeysOff()) return;
  const onControl = event.target.closest?.("button, a, summary, input, video");
  if (event.key === "x" || event.key === "X") document.querySelector("[data-swap]")?.click();
  else if (event.key === "+" || event.key === "=") change(zoom, 1);
  else if (event.key === "-" || event.key === "−") change(zoom, -1);
  else if (event.key === "0") change(zoom, 0);
  else if (!films) return;
  else if (event.key === "1" || event.key === "2") films.lead(films.films[Number(event.key) - 1]);
  else if (event.key === "," || event.key === ".") films.step(event.key === "," ? -1 : 1);
  else if (event.key === " " && !onControl) films.play();
  else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && !onControl) films.move((event.key === "ArrowLeft" ? -1 : 1) * (event.shiftKey ? 10 : 1));
  else return;
  event.preventDefault();
  event.stopPropagation();
}
