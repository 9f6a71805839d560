// What is shown under the boxes: a film that plays and steps to exact frames, or pictures of one moment each. Tells
// the moment in the film, whatever clock the player runs on.
import { readFrames } from "./desk_frames.js";
import { Stepper } from "./desk_stepper.js";

export class Player {
  // `tell()` is called whenever another moment is shown.
  constructor(root, data, tell) {
    this.root = root;
    this.data = data;
    this.tell = tell;
    this.video = root.querySelector("video");
    this.image = root.querySelector("[data-picture]");
    this.frame = root.querySelector("[data-frame-box]");
    this.offset = 0;
    this.at = 0;
    this.shape(data.width, data.height);
  }

  // Tells the first moment, perhaps at once.
  start() {
    if (this.video) this.startFilm();
    else if (this.image) this.startPictures();
  }

  // The frame is just as wide and high as what it shows, so that a box is a share of it.
  shape(width, height) {
    if (!(width > 0 && height > 0)) return;
    const ratio = width / height;
    this.frame.style.width = `min(100%, calc(${ratio.toFixed(5)} * var(--redact-high)))`;
    this.frame.style.aspectRatio = `${width} / ${height}`;
    if (!("aspectRatio" in this.frame.style)) this.frame.style.height = "auto";
  }

  startFilm() {
    const { video } = this;
    this.stepper = new Stepper(video, () => this.tell());
    const sized = () => {
      this.shape(video.videoWidth, video.videoHeight);
      this.root.querySelector("[data-unplayable]").hidden = Boolean(video.videoWidth);
      this.tell();
    };
    video.addEventListener("loadedmetadata", sized);
    if (video.readyState > 0) sized();
    video.addEventListener("error", () => (this.root.querySelector("[data-unplayable]").hidden = false));
    for (const event of ["timeupdate", "seeked", "play", "pause", "ended"]) video.addEventListener(event, () => this.tell());
    this.run();
    if (!this.data.frames) return;
    this.stepper.isLearning = true;
    fetch(this.data.frames, { credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((said) => {
        const list = readFrames(said);
        if (list) this.offset = list.film[0] - list.shown[0];
        this.stepper.learn(list);
        this.tell();
      })
      .catch(() => this.stepper.learn(null));
  }

  // While it plays the boxes go along with every frame.
  run() {
    const again = () => {
      if (!this.video.paused) this.tell();
      requestAnimationFrame(again);
    };
    requestAnimationFrame(again);
  }

  startPictures() {
    const { image } = this;
    const sized = () => this.shape(image.naturalWidth, image.naturalHeight);
    image.addEventListener("load", () => {
      sized();
      this.tell();
    });
    if (image.complete && image.naturalWidth) sized();
  }

  get isPlaying() {
    return Boolean(this.video && !this.video.paused && !this.video.ended);
  }

  get duration() {
    return this.data.duration || (this.video && Number.isFinite(this.video.duration) ? this.video.duration : 0);
  }

  // The moment in the film; of a known frame just when that begins.
  get now() {
    if (!this.video) return this.data.moments[this.at]?.t ?? 0;
    const { list, shown } = this.stepper;
    if (list && shown >= 0 && !this.isPlaying) return list.film[shown];
    return this.video.currentTime + this.offset;
  }

  get number() {
    if (!this.video) return null;
    const { list, shown } = this.stepper;
    return list && shown >= 0 ? list.number[shown] : null;
  }

  seek(t) {
    if (this.video) {
      this.pause();
      this.video.currentTime = Math.max(0, t - this.offset + 0.001);
    } else {
      const times = this.data.moments.map((one) => Math.abs(one.t - t));
      this.show(times.indexOf(Math.min(...times)));
    }
  }

  show(at) {
    if (at < 0 || at >= this.data.moments.length || at === this.at) return;
    this.at = at;
    this.image.src = this.data.moments[at].url;
    this.tell();
  }

  step(by) {
    if (this.video) {
      this.pause();
      if (this.stepper.isExact || this.stepper.isLearning) this.stepper.step(by);
      else this.video.currentTime += by * 0.04;
    } else {
      this.show(this.at + by);
    }
  }

  pause() {
    if (this.video && !this.video.paused) this.video.pause();
  }

  toggle() {
    if (!this.video) return;
    if (this.video.paused) this.video.play().catch(() => {});
    else this.video.pause();
  }
}
