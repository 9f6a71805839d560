// The picture with boxes over it: drawn by dragging, moved, resized and deleted, by mouse, finger and keys alike.
// Each box is a button, so that Tab goes from one to the next.
import { boxAt, hasKeyAt, isOn, within } from "./redact_model.js";

const STEP = 0.004;
const STEP_FAR = 0.02;
const LEAST_DRAG = 0.008;
const HANDLES = ["nw", "ne", "sw", "se"];

export class Stage {
  constructor(root, { draft, words, now, pause, isPreview, select, selected }) {
    Object.assign(this, { draft, words, now, pause, isPreview, select, selected });
    this.layer = root.querySelector("[data-layer]");
    this.shown = new Map();
    this.layer.addEventListener("pointerdown", (event) => this.press(event));
    this.layer.addEventListener("keydown", (event) => this.key(event));
    this.layer.addEventListener("focusin", (event) => {
      const id = event.target.closest("[data-box]")?.dataset.box;
      if (id) this.select(id, { focus: false });
    });
  }

  // Boxes that cover the picture now; elements stay the same, so that focus and drags survive.
  draw() {
    const t = this.now();
    const margin = this.isPreview() ? this.draft.margin : 0;
    const alive = new Set();
    this.draft.tracks.forEach((track, at) => {
      const isChosen = this.selected() === track.id;
      if (!isOn(track, t)) return;
      alive.add(track.id);
      const one = this.shown.get(track.id) || this.make(track.id);
      const box = boxAt(track, t);
      const style = one.style;
      style.left = `${(box.x - box.w * margin) * 100}%`;
      style.top = `${(box.y - box.h * margin) * 100}%`;
      style.width = `${box.w * (1 + 2 * margin) * 100}%`;
      style.height = `${box.h * (1 + 2 * margin) * 100}%`;
      one.dataset.source = track.source;
      one.classList.toggle("is-chosen", isChosen);
      one.classList.toggle("is-key", hasKeyAt(track, t));
      const isBridged = track.bridged.some(([from, to]) => t > from && t < to);
      one.classList.toggle("is-bridged", isBridged);
      one.firstChild.textContent = String(at + 1);
      const name = this.name(track, at) + (isBridged ? `, ${this.words.bridgedHere}` : "");
      if (one.getAttribute("aria-label") !== name) one.setAttribute("aria-label", name);
    });
    for (const [id, one] of this.shown) {
      if (alive.has(id)) continue;
      if (one === document.activeElement) this.layer.focus({ preventScroll: true });
      one.remove();
      this.shown.delete(id);
    }
    this.layer.classList.toggle("is-preview", this.isPreview());
  }

  name(track, at) {
    return `${this.words.box.replace("#", at + 1)}: ${track.label || this.words[track.source]}`;
  }

  make(id) {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "cover";
    one.dataset.box = id;
    one.setAttribute("aria-describedby", "redact-box-help");
    const number = document.createElement("span");
    number.className = "cover-number";
    one.append(number);
    for (const corner of HANDLES) {
      const handle = document.createElement("i");
      handle.className = `cover-handle cover-${corner}`;
      handle.dataset.corner = corner;
      one.append(handle);
    }
    this.layer.append(one);
    this.shown.set(id, one);
    return one;
  }

  focus(id) {
    this.shown.get(id)?.focus({ preventScroll: true });
  }

  point(event) {
    const area = this.layer.getBoundingClientRect();
    return [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
  }

  // --- by mouse, pen or finger

  press(event) {
    if (event.button !== 0 || this.drag) return;
    event.preventDefault();
    this.pause();
    const [x, y] = this.point(event);
    const cover = event.target.closest("[data-box]");
    const track = cover && this.draft.find(cover.dataset.box);
    this.layer.setPointerCapture(event.pointerId);
    this.drag = { x, y, t: this.now(), id: track?.id, corner: event.target.dataset.corner, from: track && boxAt(track, this.now()) };
    this.drag.kind = `drag ${performance.now()}`;
    if (track) {
      this.select(track.id, { focus: false });
      cover.focus({ preventScroll: true });
    }
    const move = (next) => next.pointerId === event.pointerId && this.pull(next);
    const up = (next) => {
      if (next.pointerId !== event.pointerId) return;
      this.layer.removeEventListener("pointermove", move);
      this.layer.removeEventListener("pointerup", up);
      this.layer.removeEventListener("pointercancel", up);
      const { id, isNew } = this.drag;
      this.drag = null;
      if (isNew) this.select(id, { focus: true });
    };
    this.layer.addEventListener("pointermove", move);
    this.layer.addEventListener("pointerup", up);
    this.layer.addEventListener("pointercancel", up);
  }

  pull(event) {
    const drag = this.drag;
    const [x, y] = this.point(event).map((one) => Math.min(Math.max(one, 0), 1));
    const [byX, byY] = [x - drag.x, y - drag.y];
    if (!drag.isMoving && Math.abs(byX) < LEAST_DRAG && Math.abs(byY) < LEAST_DRAG) return;
    drag.isMoving = true;
    if (!drag.id) {
      drag.id = this.draft.add(drag.t, between(drag, { x, y })).id;
      drag.isNew = true;
      // What is drawn and pulled in one go is one step back.
      this.draft.lastKind = drag.kind;
    } else if (drag.isNew) {
      this.draft.lastAt = performance.now();
      this.draft.place(drag.id, drag.t, between(drag, { x, y }), drag.kind);
    } else {
      if (this.draft.lastKind === drag.kind) this.draft.lastAt = performance.now();
      this.draft.place(drag.id, drag.t, drag.corner ? pulled(drag.from, drag.corner, byX, byY) : moved(drag.from, byX, byY), drag.kind);
    }
  }

  // --- by keys, on the box that has the focus

  key(event) {
    const id = event.target.closest("[data-box]")?.dataset.box;
    const track = id && this.draft.find(id);
    if (!track || event.isComposing || event.altKey) return;
    const step = event.ctrlKey || event.metaKey ? STEP_FAR : STEP;
    const ways = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const box = boxAt(track, this.now());
    if (ways[event.key]) {
      this.pause();
      const [x, y] = ways[event.key];
      const next = event.shiftKey ? { ...box, w: Math.max(STEP, box.w + x), h: Math.max(STEP, box.h + y) } : moved(box, x, y);
      this.draft.place(id, this.now(), next);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      const after = [...this.shown.keys()];
      const next = after[after.indexOf(id) + 1] || after[after.indexOf(id) - 1];
      this.draft.remove(id);
      if (next) this.select(next, { focus: true });
      else this.layer.focus({ preventScroll: true });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

const between = (a, b) => ({ x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), w: Math.abs(a.x - b.x), h: Math.abs(a.y - b.y) });

const moved = (box, x, y) => within({ ...box, x: box.x + x, y: box.y + y });

function pulled({ x, y, w, h }, corner, byX, byY) {
  const left = corner.includes("w") ? x + byX : x;
  const right = corner.includes("e") ? x + w + byX : x + w;
  const top = corner.includes("n") ? y + byY : y;
  const bottom = corner.includes("s") ? y + h + byY : y + h;
  return within(between({ x: Math.max(0, left), y: Math.max(0, top) }, { x: Math.min(1, right), y: Math.min(1, bottom) }));
}
