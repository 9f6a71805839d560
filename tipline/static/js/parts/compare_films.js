// Two films in step: whatever is done to one happens to the other, at the same position, the same true time, or
// with the distance at which their pictures match. Each by itself, if that is wanted.
import { readFrames } from "./desk_frames.js";
import { Stepper } from "./desk_stepper.js";

const DRIFT_S = 0.12;
const LOOK_EVERY_MS = 400;

// The true moment of a position, and the position of a true moment; null where the film does not tell it.
export function trueOf(pieces, t) {
  const piece = [...pieces].reverse().find(([begin]) => begin <= t + 0.001);
  return piece ? piece[2] + (t - piece[0]) * piece[3] : null;
}

export function positionOf(pieces, moment) {
  for (const [begin, end, starts, pace] of pieces) {
    const passed = (moment - starts) / pace;
    if (passed >= -0.001 && passed <= end - begin + 0.001) return begin + passed;
  }
  return null;
}

class Film {
  constructor(side, tell) {
    this.side = side;
    this.video = side.querySelector("video");
    this.pieces = JSON.parse(side.dataset.pieces || "[]");
    this.at = side.dataset.at === undefined ? null : Number(side.dataset.at);
    this.stepper = new Stepper(this.video, () => tell(this));
    if (!side.dataset.frames) return;
    this.stepper.isLearning = true;
    fetch(side.dataset.frames, { credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((said) => this.stepper.learn(readFrames(said)))
      .catch(() => this.stepper.learn(null));
  }

  get now() {
    return this.stepper.filmTime();
  }

  go(seconds) {
    return this.stepper.go(seconds);
  }
}

function readable({ video }) {
  return new Promise((resolve) => {
    if (video.readyState >= 1 || video.error) resolve();
    else for (const sort of ["loadedmetadata", "error"]) video.addEventListener(sort, resolve, { once: true });
  });
}

export class Films {
  constructor(sides, tell) {
    this.tell = tell;
    this.films = sides.map((side) => new Film(side, (film) => this.onShown(film)));
    this.mode = "position";
    [this.leading] = this.films;
    this.isFollowing = false;
    for (const film of this.films) this.listen(film);
    this.isReady = false;
    Promise.all(this.films.map(readable)).then(() => this.begin());
    setInterval(() => this.keepStep(), LOOK_EVERY_MS);
  }

  // Both tell their lengths: from here on one follows the other, at the moment the address names.
  async begin() {
    this.isReady = true;
    if (this.leading.at !== null && !this.isSteered) await this.leading.go(this.leading.at);
    this.follow();
  }

  other(film) {
    return this.films.find((one) => one !== film);
  }

  listen(film) {
    const { video } = film;
    video.addEventListener("pointerdown", () => this.lead(film));
    video.addEventListener("focus", () => this.lead(film));
    video.addEventListener("play", () => this.mode !== "free" && film === this.leading && this.run(this.other(film)));
    video.addEventListener("pause", () => {
      if (this.mode === "free" || film !== this.leading) return;
      this.other(film).video.pause();
      if (!film.stepper.isAtWork) this.follow();
    });
    video.addEventListener("seeked", () => film === this.leading && !film.stepper.isAtWork && this.follow());
    video.addEventListener("ratechange", () => {
      if (this.mode !== "free" && film === this.leading && !film.stepper.isCreeping) this.other(film).video.playbackRate = video.playbackRate;
    });
    video.addEventListener("timeupdate", () => this.tell(film, film.now));
  }

  // Somebody chose a moment; from then on the one of the address does not count.
  go(film, seconds) {
    this.isSteered = true;
    this.lead(film);
    film.go(seconds);
  }

  lead(film) {
    this.leading = film;
    for (const one of this.films) one.side.classList.toggle("is-leading", one === film && this.mode !== "free");
  }

  choose(mode) {
    this.mode = mode;
    this.lead(this.leading);
    this.follow();
  }

  // Where the other film is at the same moment; null where it does not reach.
  place(film) {
    const other = this.other(film);
    let there = film.now;
    if (this.mode === "matched") there = film.now - film.at + other.at;
    if (this.mode === "true") {
      const moment = trueOf(film.pieces, film.now);
      there = moment === null ? null : positionOf(other.pieces, moment);
    }
    const ends = other.video.duration || Infinity;
    return there === null || there < -0.05 || there > ends + 0.05 ? null : Math.max(0, Math.min(there, ends));
  }

  follow() {
    if (this.mode === "free" || !this.isReady) return;
    const there = this.place(this.leading);
    this.tell(this.leading, this.leading.now, there === null);
    if (there === null) return;
    const other = this.other(this.leading);
    // Where it stands tells nothing while it is still on its way to somewhere else.
    if (other.stepper.isAtWork || Math.abs(other.now - there) > 0.001) other.go(there);
  }

  run(other) {
    const there = this.place(this.leading);
    if (there === null) return;
    other.video.currentTime = there;
    other.video.play().catch(() => null);
  }

  keepStep() {
    if (this.mode === "free" || this.leading.video.paused) return;
    const other = this.other(this.leading);
    const there = this.place(this.leading);
    this.tell(this.leading, this.leading.now, there === null);
    if (there === null) other.video.pause();
    else if (other.video.paused) this.run(other);
    else if (Math.abs(other.now - there) > DRIFT_S) other.video.currentTime = there;
  }

  onShown(film) {
    this.tell(film, film.now);
    if (film === this.leading && film.video.paused && !film.stepper.isAtWork && !film.video.seeking) this.follow();
  }

  play() {
    const { video } = this.leading;
    if (video.paused) video.play().catch(() => null);
    else video.pause();
  }

  async step(by) {
    this.isSteered = true;
    if (!this.leading.stepper.step(by)) this.move(by * 0.04);
  }

  move(seconds) {
    this.go(this.leading, Math.max(0, this.leading.now + seconds));
  }
}
