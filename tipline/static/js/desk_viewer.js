// Pictures looked at closely, where they stand: photos, and keyframes of films in full size. Loaded by pages with files.
import Viewer from "viewerjs";

const TURN = 90;
const open = new WeakMap(); // screen of a file → what is shown there

function pictures(file) {
  return [...file.querySelectorAll(".frames [data-still]")].map((link) => ({ url: link.dataset.still, t: link.dataset.t }));
}

function close(file) {
  const screen = file.querySelector(".stage-screen");
  const shown = open.get(screen);
  if (!shown) return;
  shown.viewer.destroy();
  shown.host.remove();
  open.delete(screen);
  const tools = file.querySelector("[data-viewing]");
  tools.querySelector("[data-view-close]").hidden = true;
  if (screen.querySelector("video")) tools.hidden = true;
}

// Inline, so that nothing lies over the page; the library's own buttons and words stay away.
function show(file, url, ...owed) {
  close(file);
  const screen = file.querySelector(".stage-screen");
  const host = document.createElement("div");
  host.className = "viewer-host";
  host.tabIndex = -1;
  const picture = document.createElement("img");
  picture.src = url;
  picture.alt = screen.querySelector("img")?.alt || "";
  host.append(picture);
  screen.append(host);
  // A page that redraws itself meanwhile leaves what is looked at alone.
  file.querySelector("[data-stage]").setAttribute("hx-morph-skip", "");
  // What is asked of a picture that is still on its way is done once it is there.
  const shown = { url, host, owed, isThere: false };
  shown.viewer = new Viewer(picture, {
    inline: true, navbar: false, title: false, toolbar: false, button: false, tooltip: true, transition: false,
    keyboard: false, focus: false, backdrop: false, minWidth: 1, minHeight: 1, initialCoverage: 1, toggleOnDblclick: true,
    viewed() {
      shown.isThere = true;
      file.dispatchEvent(new CustomEvent("tipline:viewed", { bubbles: true }));
      for (const verb of owed.splice(0)) VERBS[verb](shown.viewer);
    },
  });
  open.set(screen, shown);
  const tools = file.querySelector("[data-viewing]");
  tools.hidden = false;
  tools.querySelector("[data-view-close]").hidden = false;
  host.focus({ preventScroll: true });
}

function next(file, by) {
  const all = pictures(file);
  const shown = open.get(file.querySelector(".stage-screen"));
  const here = all.findIndex((one) => one.url === (shown?.url ?? file.querySelector(".stage-picture")?.getAttribute("href")));
  const found = all[Math.max(0, Math.min(all.length - 1, here + by))];
  if (!found) return;
  for (const link of file.querySelectorAll(".frames [data-still]")) link.classList.toggle("is-here", link.dataset.still === found.url);
  show(file, found.url);
}

const VERBS = {
  in: (viewer) => viewer.zoom(0.25, true),
  out: (viewer) => viewer.zoom(-0.25, true),
  one: (viewer) => viewer.zoomTo(1),
  fit: (viewer) => viewer.reset(),
  left: (viewer) => viewer.rotate(-TURN),
  right: (viewer) => viewer.rotate(TURN),
  across: (viewer) => viewer.scaleX(-(viewer.imageData.scaleX || 1)),
  down: (viewer) => viewer.scaleY(-(viewer.imageData.scaleY || 1)),
};
const KEYS = { "+": "in", "-": "out", 1: "one", "=": "fit", "<": "left", ">": "right", f: "across", F: "down", ArrowLeft: "previous", ArrowRight: "next", Escape: "close" };

// A browser may say no; then the picture stays where it is.
function fill(screen) {
  const going = document.fullscreenElement ? document.exitFullscreen() : screen.requestFullscreen?.();
  going?.catch(() => null);
}

function look(file, verb) {
  const screen = file.querySelector(".stage-screen");
  if (verb === "close") close(file);
  else if (verb === "screen") fill(screen);
  else if (verb === "next" || verb === "previous") next(file, verb === "next" ? 1 : -1);
  else if (open.get(screen)?.isThere) VERBS[verb](open.get(screen).viewer);
  else if (open.has(screen)) open.get(screen).owed.push(verb);
  else {
    const picture = file.querySelector(".stage-picture img");
    if (picture) show(file, picture.src, verb);
  }
}

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const file = event.target.closest?.("[data-file]");
  const button = event.target.closest?.("[data-view]");
  const photo = event.target.closest?.("[data-photo]");
  const larger = event.target.closest?.("[data-enlarge]");
  if (button) look(file, button.dataset.view);
  else if (larger) {
    event.preventDefault();
    event.stopPropagation();
    file.querySelector("video")?.pause();
    show(file, larger.dataset.enlarge);
    file.querySelector("[data-stage]").scrollIntoView({ block: "nearest" });
  } else if (photo) {
    event.preventDefault();
    show(file, photo.querySelector("img").src);
  }
}, true);

// Before the desk's own keys: inside an open picture these mean the picture.
document.addEventListener("keydown", (event) => {
  const host = event.target.closest?.(".viewer-host, [data-viewing]");
  const verb = KEYS[event.key];
  if (!host || !verb || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches("[data-view]") && verb !== "close") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  look(host.closest("[data-file]"), verb);
}, true);
