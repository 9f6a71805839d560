// The lanes: a bar for each clip, a point for each photo, a pin for each sighting. A click plays from that very
// moment; arrow keys go from clip to clip, Enter plays from the beginning.
import { onWall } from "./desk_truth.js";
import { nearestPicture } from "./timeline_insides.js";
import { positionAt } from "./timeline_time.js";

const FINGER_PX = 24; // half of what a finger needs
const WIDE_PX = 60; // from here on movement is drawn in a bar
const KNOWN = { moment: "is-clock", clock: "is-clock", camera: "is-camera", file: "is-camera", told: "is-told" };

function make(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

// Clips of one lane that overlap stand in rows below each other.
function rowsOf(clips) {
  const ends = [];
  const rows = new Map();
  for (const clip of [...clips].sort((a, b) => a.start - b.start)) {
    let row = ends.findIndex((end) => end <= clip.start);
    if (row < 0) row = ends.length;
    ends[row] = Math.max(clip.end, clip.start + 1);
    rows.set(clip, row);
  }
  return { rows, count: Math.max(1, ends.length) };
}

function movement(clip, inside) {
  const told = inside?.movement;
  if (!told) return null;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 1000 20");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const length = clip.end - clip.start || 1;
  let drawn = "";
  for (const [start, end, begun, pace] of clip.pieces) {
    told.score.forEach((score, at) => {
      const from = Math.max(start, at * told.step);
      const to = Math.min(end, (at + 1) * told.step);
      if (!score || to <= from) return;
      const left = ((begun + (from - start) * 1000 * pace - clip.start) / length) * 1000;
      const width = (((to - from) * 1000 * pace) / length) * 1000;
      drawn += `M${left.toFixed(1)} 20v-${(score * 19).toFixed(1)}h${width.toFixed(2)}V20z`;
    });
  }
  path.setAttribute("d", drawn);
  svg.append(path);
  return svg;
}

class Bars {
  constructor(root, { view, watch, insides, words }) {
    Object.assign(this, { root, view, watch, insides, words });
    this.track = root.querySelector("[data-track]");
    this.names = root.querySelector("[data-names]");
    this.lanes = make("div", "timeline-lanes");
    this.track.append(this.lanes);
    this.card = make("div", "timeline-card");
    this.card.hidden = true;
    root.append(this.card);
    this.bars = new Map();
    view.onChange((width) => this.place(width));
    this.listen();
  }

  take(data) {
    const focused = document.activeElement?.dataset?.clip;
    this.data = data;
    this.bars.clear();
    this.byId = new Map(data.clips.map((one) => [one.id, one]));
    const lanes = data.lanes.map((name, at) => this.lane(name, data.clips.filter((one) => one.lane === at)));
    if (data.seen.length) lanes.unshift(this.pins(data.seen));
    this.lanes.replaceChildren(...lanes.map((one) => one.lane));
    this.names.replaceChildren(make("div", "timeline-corner"), ...lanes.map((one) => one.name));
    const first = this.bars.get(this.byId.get(focused)) || this.bars.values().next().value;
    if (first) first.tabIndex = 0;
    if (focused) first?.focus();
  }

  lane(text, clips) {
    const { rows, count } = rowsOf(clips);
    const lane = make("div", "timeline-lane");
    const name = make("div", "timeline-name", text);
    name.title = text;
    for (const one of [lane, name]) one.style.setProperty("--rows", String(count));
    for (const clip of clips) lane.append(this.bar(clip, rows.get(clip), text));
    return { lane, name };
  }

  bar(clip, row, lane) {
    const bar = make("button", `clip ${KNOWN[clip.known] || ""}${clip.kind === "photo" ? " is-photo" : ""}`);
    bar.type = "button";
    bar.tabIndex = -1;
    bar.dataset.clip = clip.id;
    bar.style.setProperty("--row", String(row));
    const from = onWall(clip.start, this.data.zone);
    const to = onWall(clip.end, this.data.zone);
    const about = clip.known === "told" ? `${this.words.about} ` : "";
    const until = clip.kind === "photo" ? "" : ` – ${from.day === to.day ? "" : `${to.day} `}${to.clock}`;
    bar.setAttribute("aria-label", `${clip.no} ${clip.name}, ${lane}, ${about}${from.day} ${from.clock}${until}${clip.words ? `, ${clip.words}` : ""}`);
    if (clip.pieces.length > 1) this.holes(bar, clip);
    bar.append(make("span", "clip-text", `${about}${clip.no}`));
    this.bars.set(clip, bar);
    return bar;
  }

  // Where the clock leaps over a cut, the bar has a hole.
  holes(bar, clip) {
    const length = clip.end - clip.start || 1;
    clip.pieces.slice(1).forEach(([, , begun], at) => {
      const [start, end, before, pace] = clip.pieces[at];
      const ended = before + (end - start) * 1000 * pace;
      if (begun - ended < 1000) return;
      const hole = make("i", "clip-hole");
      hole.style.left = `${((ended - clip.start) / length) * 100}%`;
      hole.style.width = `${((begun - ended) / length) * 100}%`;
      bar.append(hole);
    });
  }

  pins(seen) {
    const lane = make("div", "timeline-lane timeline-pins");
    this.pinned = seen.map((one) => {
      const pin = make("button", "pin");
      pin.type = "button";
      pin.dataset.go = String(one.at);
      const wall = onWall(one.at, this.data.zone);
      pin.setAttribute("aria-label", `${wall.day} ${wall.clock} ${[one.place, one.text].filter(Boolean).join(" · ")}`);
      pin.title = pin.getAttribute("aria-label");
      lane.append(pin);
      return [one, pin];
    });
    return { lane, name: make("div", "timeline-name timeline-pins", this.words.sightings) };
  }

  place(width) {
    if (!this.data) return;
    const span = this.view.to - this.view.from;
    for (const [clip, bar] of this.bars) {
      const isSeen = clip.end >= this.view.from - span && clip.start <= this.view.to + span;
      bar.hidden = !isSeen;
      if (!isSeen) continue;
      bar.style.left = `${this.view.share(clip.start) * 100}%`;
      bar.style.width = clip.kind === "photo" ? "" : `${((clip.end - clip.start) / span) * 100}%`;
      if (((clip.end - clip.start) / span) * width > WIDE_PX && !bar.dataset.filled) this.fill(clip, bar);
    }
    for (const [one, pin] of this.data.seen.length ? this.pinned : []) pin.style.left = `${this.view.share(one.at) * 100}%`;
  }

  async fill(clip, bar) {
    bar.dataset.filled = "1";
    const drawn = movement(clip, await this.insides.of(clip.id));
    if (drawn) bar.prepend(drawn);
  }

  listen() {
    this.lanes.addEventListener("click", (event) => {
      const bar = event.target.closest("[data-clip]");
      const near = bar ? null : this.meant(event);
      const clip = near || (bar && this.byId.get(bar.dataset.clip));
      if (event.target.closest(".pin")) return;
      const moment = event.detail && !near ? this.view.momentOf(event) : clip?.start;
      if (moment === undefined) return;
      const isPoint = clip && (clip.kind === "photo" || positionAt(clip, moment) === null);
      this.watch.go(isPoint ? clip.start : moment, { first: clip, isPlaying: true });
    });
    this.lanes.addEventListener("keydown", (event) => this.key(event));
    this.lanes.addEventListener("pointermove", (event) => this.peek(event.target.closest("[data-clip]"), this.view.momentOf(event)));
    this.lanes.addEventListener("pointerleave", () => this.peek(null));
    this.lanes.addEventListener("focusin", (event) => {
      const bar = event.target.closest("[data-clip]");
      if (!bar) return;
      for (const one of this.bars.values()) one.tabIndex = one === bar ? 0 : -1;
      this.view.reach(this.byId.get(bar.dataset.clip).start);
      this.peek(bar, this.byId.get(bar.dataset.clip).start);
    });
    this.lanes.addEventListener("focusout", () => this.peek(null));
  }

  // What a finger meant that fell beside a short bar.
  meant(event) {
    const lane = event.pointerType === "touch" && event.target.closest(".timeline-lane");
    if (!lane) return null;
    let found = null;
    let least = FINGER_PX;
    for (const bar of lane.querySelectorAll("[data-clip]:not([hidden])")) {
      const box = bar.getBoundingClientRect();
      const off = Math.max(box.left - event.clientX, event.clientX - box.right, box.top - event.clientY, event.clientY - box.bottom);
      if (off <= least) [found, least] = [this.byId.get(bar.dataset.clip), off];
    }
    return found;
  }

  key(event) {
    const clip = this.byId.get(event.target.dataset?.clip);
    if (!clip || event.ctrlKey || event.metaKey || event.altKey) return;
    const zooms = { "+": 0.5, "=": 0.5, "-": 2 };
    const near = {
      ArrowRight: () => this.beside(clip, 1), ArrowLeft: () => this.beside(clip, -1),
      ArrowDown: () => this.across(clip, 1), ArrowUp: () => this.across(clip, -1),
      Home: () => this.data.clips[0], End: () => this.data.clips[this.data.clips.length - 1],
    }[event.key];
    if (near) this.bars.get(near())?.focus();
    else if (zooms[event.key]) this.view.zoom(zooms[event.key], clip.start);
    else if (event.key === "0") this.view.fit();
    else if (event.key === " ") this.watch.toggle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  beside(clip, by) {
    const lane = this.data.clips.filter((one) => one.lane === clip.lane);
    return lane[lane.indexOf(clip) + by] || clip;
  }

  // The clip of the next lane that lies nearest in time.
  across(clip, by) {
    for (let lane = clip.lane + by; lane >= 0 && lane < this.data.lanes.length; lane += by) {
      const there = this.data.clips.filter((one) => one.lane === lane);
      const far = (one) => Math.max(one.start - clip.end, clip.start - one.end, 0) + Math.abs(one.start - clip.start) / 1e9;
      if (there.length) return there.sort((a, b) => far(a) - far(b))[0];
    }
    return clip;
  }

  // The keyframe nearest to where the pointer is.
  async peek(bar, moment) {
    this.wanted = bar;
    const clip = bar && this.byId.get(bar.dataset.clip);
    if (!clip) {
      this.card.hidden = true;
      return;
    }
    const seconds = positionAt(clip, moment) ?? 0;
    const inside = this.insides.peek(clip.id) || (await this.insides.of(clip.id));
    if (this.wanted !== bar) return;
    const url = nearestPicture(inside, seconds);
    const picture = this.card.querySelector("img") || make("img", "");
    if (url && picture.getAttribute("src") !== url) picture.src = url;
    picture.alt = "";
    const wall = onWall(Math.min(Math.max(moment, clip.start), clip.end), this.data.zone);
    const text = make("span", "", `${clip.no} · ${wall.clock} · ${clip.name}`);
    this.card.replaceChildren(...(url ? [picture] : []), text);
    this.card.hidden = false;
    const track = this.track.getBoundingClientRect();
    const box = bar.getBoundingClientRect();
    const { offsetWidth: wide, offsetHeight: tall } = this.card;
    const x = track.left + Math.min(Math.max(this.view.share(moment), 0), 1) * track.width;
    this.card.style.left = `${Math.min(Math.max(4, x - wide / 2), document.documentElement.clientWidth - wide - 4)}px`;
    // Below its bar, or above it where there is no room.
    this.card.style.top = `${box.bottom + tall + 8 < window.innerHeight ? box.bottom + 6 : box.top - tall - 6}px`;
  }
}

export function startBars(root, parts) {
  return new Bars(root, parts);
}
