// Plays a moment of the timeline: every camera that saw it, up to four, side by side and in step. The first one
// leads; the others follow it by seeking and by a little more or less speed.
import { readFrames } from "./desk_frames.js";
import { Stepper } from "./desk_stepper.js";
import { clockAt, onWall } from "./desk_truth.js";
import { nearestPicture } from "./timeline_insides.js";
import { momentAt, paceAt, positionAt } from "./timeline_time.js";

const MOST = 4;
const TICK_MS = 200;
const FAR_S = 0.6;
const NEAR_S = 0.06;
const END_S = 0.15;
const PHOTO_MS = 1000;

function make(tag, className, text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

// One clip on the stage: a player, or the picture nearest to the moment.
class Stage {
  constructor(clip, inside, words) {
    Object.assign(this, { clip, inside });
    this.figure = make("figure", "watch-stage");
    this.figure.dataset.clip = clip.id;
    this.video = null;
    if (inside?.player === "video" || inside?.player === "audio") this.player(inside);
    else this.picture = this.figure.appendChild(make("img"));
    if (this.picture) this.picture.alt = clip.name;
    const caption = this.figure.appendChild(make("figcaption"));
    this.said = caption.appendChild(make("span", "mono"));
    const link = caption.appendChild(make("a", "quiet", words.open));
    link.href = clip.url;
    this.note = caption.appendChild(make("span", "watch-note"));
    if (!inside) this.note.textContent = words.lost;
    else if (!this.video && clip.kind === "video") this.note.textContent = words.still;
  }

  player(inside) {
    this.video = make(inside.player);
    this.video.src = inside.url;
    this.video.preload = "auto";
    this.video.playsInline = true;
    this.video.setAttribute("aria-label", this.clip.name);
    this.stepper = new Stepper(this.video, () => {});
    this.ready = inside.frames
      ? fetch(inside.frames, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer.json() : null)).then((said) => this.stepper.learn(readFrames(said))).catch(() => null)
      : Promise.resolve();
    this.loaded = new Promise((resolve) => {
      for (const sort of ["loadedmetadata", "error"]) this.video.addEventListener(sort, resolve, { once: true });
    });
    this.figure.append(this.video);
  }

  get seconds() {
    return this.video ? this.stepper.filmTime() : this.at || 0;
  }

  // Go to a position, as exactly as the list of frames allows.
  async go(seconds) {
    this.at = seconds;
    if (this.video) {
      await Promise.all([this.ready, this.loaded]);
      await this.stepper.go(seconds);
    } else {
      const url = this.clip.kind === "photo" ? this.inside?.url : nearestPicture(this.inside, seconds);
      if (url && this.picture.getAttribute("src") !== url) this.picture.src = url;
    }
  }

  say(zone) {
    const seconds = this.seconds;
    const wall = clockAt({ zone, pieces: this.clip.pieces.map(([start, , begun, pace]) => [start, null, begun, pace, ""]) }, seconds);
    const text = `${this.clip.no} · ${wall}${this.clip.words ? ` (${this.clip.words})` : ""}`;
    if (this.said.textContent !== text) this.said.textContent = text;
    this.figure.dataset.seconds = seconds.toFixed(3);
  }
}

export class Watch {
  constructor(root, { view, insides, words }) {
    Object.assign(this, { view, insides, words });
    this.box = root.querySelector("[data-watch]");
    this.place = root.querySelector("[data-watch-stages]");
    this.said = root.querySelector("[data-watch-said]");
    this.button = root.querySelector("[data-watch-play]");
    this.stages = [];
    this.isPlaying = false;
    this.rate = 1;
    this.asked = 0;
    this.moment = null;
    this.button.addEventListener("click", () => this.toggle());
    root.querySelector("[data-watch-back]").addEventListener("click", () => this.go(this.moment - 10000, { isPlaying: this.isPlaying }));
    root.querySelector("[data-watch-on]").addEventListener("click", () => this.go(this.moment + 10000, { isPlaying: this.isPlaying }));
    root.querySelector("[data-watch-speed]").addEventListener("change", (event) => {
      this.rate = Number(event.target.value);
      this.pace();
    });
    setInterval(() => this.tick(), TICK_MS);
  }

  take(data) {
    this.data = data;
    const byId = new Map(data.clips.map((one) => [one.id, one]));
    // A clock was set: the same pictures now stand at another moment.
    for (const stage of this.stages) stage.clip = byId.get(stage.clip.id) || stage.clip;
    if (this.lead) this.view.place((this.moment = momentAt(this.lead.clip, this.lead.seconds)));
  }

  say(text) {
    this.said.textContent = text;
  }

  get lead() {
    return this.stages.find((one) => one.video) || this.stages[0] || null;
  }

  covering(moment, first) {
    const leading = first || this.lead?.clip;
    // What is only told to be about then is played when it is chosen, never beside others as if it were in step.
    const isSure = (clip) => clip.known !== "told" || clip === leading;
    const isThere = (clip) => isSure(clip) && (clip.kind === "photo" ? Math.abs(clip.start - moment) <= PHOTO_MS : positionAt(clip, moment) !== null);
    const found = this.data.clips.filter(isThere);
    return found.sort((a, b) => Number(b === leading) - Number(a === leading));
  }

  // Show a true moment by all cameras that saw it, and play on from there.
  async go(moment, { first = null, isPlaying = false } = {}) {
    this.asked += 1;
    const asked = this.asked;
    this.stop();
    this.moment = moment;
    this.view.place(moment);
    this.box.hidden = false;
    const found = this.covering(moment, first);
    const shown = found.slice(0, MOST);
    if (!shown.length) return this.empty(moment);
    const insides = await Promise.all(shown.map((clip) => this.insides.of(clip.id)));
    if (asked !== this.asked) return null;
    const before = new Map(this.stages.map((one) => [one.clip.id, one]));
    this.stages = shown.map((clip, at) => before.get(clip.id) || new Stage(clip, insides[at], this.words));
    this.place.replaceChildren(...this.stages.map((one) => one.figure));
    this.place.dataset.count = String(this.stages.length);
    this.stages.forEach((one, at) => {
      if (one.video) one.video.muted = at > 0;
    });
    await Promise.all(this.stages.map((one) => one.go(positionAt(one.clip, moment) ?? 0)));
    if (asked !== this.asked) return null;
    for (const one of this.stages) one.say(this.data.zone);
    const many = shown.length > 1 ? this.words.many.replace("#", shown.length) : this.words.one;
    this.say(found.length > MOST ? `${many} (${this.words.more.replace("#", found.length - MOST)})` : many);
    if (isPlaying) this.play();
    return null;
  }

  empty(moment) {
    this.stages = [];
    this.place.replaceChildren();
    const next = this.data.clips.filter((one) => one.start > moment).sort((a, b) => a.start - b.start)[0];
    this.say(next || this.data.clips.some((one) => one.end > moment) ? this.words.none : this.words.last);
    if (!next) return;
    const wall = onWall(next.start, this.data.zone);
    const link = make("button", "quiet", this.words.next.replace("#", `${wall.day} ${wall.clock}`));
    link.type = "button";
    link.dataset.go = String(next.start);
    this.said.append(" ", link);
  }

  play() {
    this.isPlaying = this.stages.some((one) => one.video);
    this.pace();
    for (const one of this.stages) one.video?.play().catch(() => null);
    this.show();
  }

  stop() {
    this.isPlaying = false;
    for (const one of this.stages) one.video?.pause();
    this.show();
  }

  toggle() {
    if (!this.stages.length) return;
    if (this.isPlaying) {
      this.stop();
      this.align();
    } else {
      this.play();
    }
  }

  // Where it was stopped, all stand at the very moment of the first, and say so.
  async align() {
    const { lead, asked } = this;
    if (!lead?.video) return;
    this.moment = momentAt(lead.clip, lead.seconds);
    this.view.place(this.moment);
    const going = this.stages.filter((one) => one !== lead).map((one) => [one, positionAt(one.clip, this.moment)]);
    await Promise.all(going.map(([one, wanted]) => wanted !== null && one.go(wanted)));
    if (asked !== this.asked || this.isPlaying) return;
    for (const one of this.stages) one.say(this.data.zone);
  }

  show() {
    this.button.querySelector("span").textContent = this.isPlaying ? this.words.pause : this.words.play;
    const use = this.button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, this.isPlaying ? "#player-pause" : "#player-play"));
  }

  // A film slower than life has to run as fast as its clock does.
  pace() {
    for (const one of this.stages) if (one.video) one.video.playbackRate = Math.min(16, Math.max(0.0625, this.rate / paceAt(one.clip, one.seconds)));
  }

  tick() {
    const { lead } = this;
    if (!this.isPlaying || !lead?.video) return;
    const { seconds } = lead;
    this.moment = momentAt(lead.clip, seconds);
    this.view.place(this.moment);
    this.view.reach(this.moment);
    for (const one of this.stages) this.follow(one, lead);
    const ended = lead.video.ended || lead.clip.pieces.every(([, end]) => seconds >= end - END_S);
    if (ended) this.go(Math.max(this.moment, lead.clip.end) + 1, { isPlaying: true });
    else if (this.hasChanged()) this.go(this.moment, { isPlaying: true });
  }

  hasChanged() {
    const now = this.covering(this.moment).slice(0, MOST).map((one) => one.id);
    const here = new Set(this.stages.map((one) => one.clip.id));
    return now.some((id) => !here.has(id)) || this.stages.some((one) => one !== this.lead && one.clip.kind !== "photo" && !now.includes(one.clip.id));
  }

  follow(one, lead) {
    one.say(this.data.zone);
    if (one === lead) return;
    const wanted = positionAt(one.clip, this.moment);
    if (wanted === null) return;
    if (!one.video) {
      one.go(wanted);
      return;
    }
    const late = wanted - one.seconds;
    const plain = this.rate / paceAt(one.clip, wanted);
    if (Math.abs(late) > FAR_S) one.video.currentTime += late;
    one.video.playbackRate = Math.min(16, Math.max(0.0625, Math.abs(late) > NEAR_S ? plain * (1 + Math.max(-0.2, Math.min(0.2, late))) : plain));
    if (one.video.paused && !one.video.ended) one.video.play().catch(() => null);
  }
}
