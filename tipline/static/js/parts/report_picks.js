// Three ways to choose files, because phones differ: WeChat on Android may hide videos behind one mixed button,
// and an exact list of kinds would hide a recorder's own files.
import { notice, say } from "./report_words.js";

const agent = navigator.userAgent;
const IS_ANDROID = /Android/i.test(agent);
const IS_IOS = /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1);
const CAN_RECORD = IS_ANDROID || IS_IOS || navigator.maxTouchPoints > 0;

const WAYS = [
  { name: "record", icon: "camera", accept: "video/*", capture: true, single: true },
  { name: "album", icon: "photo", accept: "image/*,video/*" },
  { name: "file", icon: "file-upload", accept: "" },
];

export function makePicks(onFiles) {
  const element = document.createElement("div");
  element.className = "picks";
  const more = document.createElement("p");
  more.className = "picks-more";
  element.append(more);
  for (const way of WAYS) element.append(makePick(way, onFiles));
  // With files in the list the buttons add others; phones that give one at a time say so from the beginning.
  const again = (hasFiles) => {
    more.textContent = hasFiles ? say("add_another") : IS_ANDROID ? say("one_by_one") : "";
    more.hidden = !more.textContent;
  };
  again(false);
  return { element, again };
}

function makePick(way, onFiles) {
  const label = document.createElement("label");
  label.className = "pick";
  const input = document.createElement("input");
  input.type = "file";
  if (way.accept) input.accept = way.accept;
  if (way.capture && CAN_RECORD) input.setAttribute("capture", "environment");
  input.multiple = !way.single && !IS_ANDROID;
  input.dataset.way = way.name;
  const words = document.createElement("span");
  words.textContent = say("pick_" + way.name);
  label.append(input, signOf(way.icon), words);
  input.addEventListener("click", () => { if (IS_IOS) notice(say("phone")); });
  input.addEventListener("cancel", () => notice(""));
  input.addEventListener("change", () => {
    notice("");
    const files = Array.from(input.files);
    input.value = ""; // the same file may be picked again
    if (files.length) onFiles(files);
  });
  return label;
}

export function signOf(name) {
  const known = document.querySelector("svg.icon use");
  const sprite = known ? known.getAttribute("href").split("#")[0] : "";
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", sprite + "#" + name);
  drawing.append(use);
  return drawing;
}
