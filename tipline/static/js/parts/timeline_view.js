// Which stretch of time is seen: zoomed by wheel, buttons and keys, panned by dragging. Draws ruler and playhead;
// whoever has bars to place listens to `onChange`.
import { onWall } from "./desk_truth.js";
import { offsetName, ticks } from "./timeline_time.js";

const LEAST_MS = 2000;
const LABEL_PX = 84;
const DRAG_PX = 4;

export class View {
  constructor(root, data) {
    this.root = root;
    this.track = root.querySelector("[data-track]");
    this.now = root.querySelector("[data-now]");
    this.listeners = [];
    this.head = null;
    this.dragged = false;
    this.ruler = document.createElement("div");
    this.ruler.className = "timeline-ruler";
    this.line = document.createElement("div");
    this.line.className = "timeline-head";
    this.line.hidden = true;
    this.track.append(this.ruler, this.line);
    this.data = data;
    this.fit();
    this.listen();
  }

  onChange(call) {
    this.listeners.push(call);
  }

  // New data: the view stays where it is.
  take(data) {
    this.data = data;
    this.bounds();
    this.set(this.from, this.to);
  }

  bounds() {
    const starts = [...this.data.clips.map((one) => one.start), ...this.data.seen.map((one) => one.at)];
    const ends = [...this.data.clips.map((one) => Math.max(one.end, one.start)), ...this.data.seen.map((one) => one.at)];
    const [first, last] = this.data.day || [Math.min(...starts), Math.max(...ends)];
    const room = Math.max(1000, (last - first) * 0.03);
    this.least = first - room;
    this.most = last + room;
  }

  fit() {
    this.bounds();
    this.set(this.least, this.most);
  }

  set(from, to) {
    const span = Math.min(Math.max(to - from, LEAST_MS), this.most - this.least);
    this.from = Math.min(Math.max(from, this.least), this.most - span);
    this.to = this.from + span;
    this.later(true);
  }

  // However often the wheel turns, it is drawn once a frame.
  later(hasMoved) {
    this.hasMoved = this.hasMoved || hasMoved;
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      const width = this.track.clientWidth || 800;
      if (this.hasMoved) for (const call of this.listeners) call(width);
      this.draw(width, this.hasMoved);
      this.hasMoved = false;
    });
  }

  zoom(factor, about = (this.from + this.to) / 2) {
    this.set(about - (about - this.from) * factor, about + (this.to - about) * factor);
  }

  // Show so many milliseconds around the playhead, or the middle.
  span(length) {
    const about = this.head !== null && this.head >= this.from && this.head <= this.to ? this.head : (this.from + this.to) / 2;
    this.set(about - length / 2, about + length / 2);
  }

  // Bring a moment into sight without changing the scale.
  reach(moment) {
    const span = this.to - this.from;
    if (moment < this.from + span * 0.02 || moment > this.to - span * 0.02) this.set(moment - span / 3, moment + (span * 2) / 3);
  }

  share(moment) {
    return (moment - this.from) / (this.to - this.from);
  }

  momentOf(event) {
    const box = this.track.getBoundingClientRect();
    return this.from + ((event.clientX - box.left) / box.width) * (this.to - this.from);
  }

  place(moment) {
    this.head = moment;
    this.later(false);
  }

  draw(width, hasMoved) {
    const { zone } = this.data;
    if (hasMoved) this.rule(width, zone);
    this.line.hidden = this.head === null || this.head < this.from || this.head > this.to;
    if (this.head !== null) this.line.style.left = `${this.share(this.head) * 100}%`;
    const told = this.head ?? this.from;
    const wall = onWall(told, zone);
    const [first, last] = [offsetName(this.from, zone), offsetName(this.to, zone)];
    const text = `${wall.day} ${wall.clock} ${offsetName(told, zone)}${first === last ? "" : ` (${first} → ${last})`}`;
    if (this.now.textContent !== text) this.now.textContent = text;
  }

  rule(width, zone) {
    const most = Math.max(2, Math.floor(width / LABEL_PX));
    const marks = ticks(this.from, this.to, zone, most).map(([moment, text, isDay]) => {
      const mark = document.createElement("span");
      mark.textContent = text;
      mark.classList.toggle("is-day", isDay);
      mark.style.left = `${this.share(moment) * 100}%`;
      return mark;
    });
    this.ruler.replaceChildren(...marks);
  }

  listen() {
    this.track.addEventListener("wheel", (event) => {
      const along = event.shiftKey ? event.deltaY : event.deltaX;
      event.preventDefault();
      if (Math.abs(along) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        const by = (along / (this.track.clientWidth || 800)) * (this.to - this.from);
        this.set(this.from + by, this.to + by);
      } else this.zoom(Math.exp(Math.max(-100, Math.min(100, event.deltaY)) / 300), this.momentOf(event));
    }, { passive: false });
    this.track.addEventListener("pointerdown", (event) => this.drag(event));
    // A drag that ends over a clip is no click on it.
    this.track.addEventListener("click", (event) => {
      if (this.dragged && event.detail) event.stopImmediatePropagation();
      this.dragged = false;
    }, true);
    this.root.addEventListener("click", (event) => {
      const how = event.target.closest("[data-zoom]")?.dataset.zoom;
      if (how === "in") this.zoom(0.5, this.head ?? undefined);
      else if (how === "out") this.zoom(2, this.head ?? undefined);
      else if (how === "fit") this.fit();
      else if (how) this.span(Number(how));
    });
    window.addEventListener("resize", () => this.later(true));
  }

  drag(event) {
    if (event.button) return;
    const { clientX } = event;
    const { from, to } = this;
    const width = this.track.clientWidth || 800;
    this.dragged = false;
    const move = (next) => {
      const by = next.clientX - clientX;
      if (Math.abs(by) > DRAG_PX) this.dragged = true;
      if (this.dragged) this.set(from - (by / width) * (to - from), to - (by / width) * (to - from));
    };
    const end = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
  }
}
