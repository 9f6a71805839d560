// Exact steps through a film. A player is asked for a moment, tells which frame it shows, and is asked again until
// it is the one that was meant: where frames come unevenly, a moment inside a frame does not always give that frame.
import { frameAt, frameShown } from "./desk_frames.js";

const TRIES = 12;
const SLOWEST = 0.0625; // what Chromium plays at least
const PATIENCE_MS = 700;
const SETTLED_MS = 150;
const SECOND_LOOK_S = 1; // how far beyond a frame its moment is looked for

export class Stepper {
  // `tell(frame, isSure)` is called whenever another frame is shown; the frame is -1 when it is not known.
  constructor(video, tell) {
    this.video = video;
    this.tell = tell;
    this.list = null;
    this.shown = -1;
    this.wanted = -1;
    this.seen = 0;
    this.isAtWork = false;
    this.isCreeping = false;
    this.isLearning = false; // the list is on its way: steps are owed until it is here
    this.owed = 0;
    this.waiting = null;
    this.lead = null;
    this.isOld = false; // the player was sent elsewhere, and has not told yet which frame stands there
    video.addEventListener("seeking", () => (this.isOld ||= !this.isAtWork));
    video.addEventListener("seeked", () => setTimeout(() => (this.isOld &&= video.seeking), PATIENCE_MS));
    this.watch();
  }

  watch() {
    if (!this.video.requestVideoFrameCallback) return;
    this.video.requestVideoFrameCallback((now, meta) => {
      this.seen += 1;
      this.isOld &&= this.video.seeking;
      this.mediaTime = meta.mediaTime;
      this.look();
      this.waiting?.();
      this.watch();
    });
  }

  look() {
    this.shown = this.list && this.mediaTime !== undefined ? frameShown(this.list, this.mediaTime) : -1;
    const isAsked = !this.isAtWork || (this.shown === this.wanted && !this.isCreeping);
    this.tell(this.shown, this.shown >= 0 && isAsked);
  }

  learn(list) {
    this.list = list;
    this.isLearning = false;
    this.look();
    const owed = this.owed;
    this.owed = 0;
    if (list && owed) this.step(owed);
  }

  get isExact() {
    return Boolean(this.list && this.video.requestVideoFrameCallback);
  }

  // Steps asked for while one is still under way add up; so do those that a list still on its way will count.
  step(by) {
    if (this.isLearning) {
      this.owed += by;
      return true;
    }
    if (!this.isExact) return this.list ? this.stepAbout(by) : false;
    // A film that was not touched yet shows its poster, or its first frame without telling so.
    const isElsewhere = this.isOld || this.video.seeking;
    const here = this.shown < 0 || isElsewhere ? frameAt(this.list.shown, this.video.currentTime) : this.shown;
    const from = this.isAtWork ? this.wanted : here;
    this.show(from + by);
    return true;
  }

  // A player that never tells which frame it shows: it is asked for the right moment, and the page says "about".
  stepAbout(by) {
    this.isAbout = true;
    this.video.pause();
    const from = frameAt(this.list.shown, this.video.currentTime);
    const frame = Math.max(0, Math.min(this.list.count - 1, from + by));
    const end = frame + 1 < this.list.count ? this.list.shown[frame + 1] : this.list.shown[frame] + 0.04;
    this.video.currentTime = this.list.shown[frame] + (end - this.list.shown[frame]) / 2;
    this.tell(frame, false);
    return true;
  }

  async show(frame) {
    this.wanted = Math.max(0, Math.min(this.list.count - 1, frame));
    if (this.isAtWork) return;
    this.isAtWork = true;
    this.video.pause();
    let reached = -1;
    while (reached !== this.wanted) {
      reached = this.wanted;
      await this.reach(reached);
    }
    this.isAtWork = false;
    this.isOld = false;
    this.look();
  }

  async reach(frame) {
    const begin = this.list.shown[frame];
    const end = frame + 1 < this.list.count ? this.list.shown[frame + 1] : begin + 0.04;
    let low = begin;
    let high = begin + SECOND_LOOK_S;
    let aim = begin + (this.lead && this.lead < SECOND_LOOK_S ? this.lead : (end - begin) / 2);
    for (let tries = 0; tries < TRIES && frame === this.wanted; tries += 1) {
      if (!(await this.hear(aim, frame))) break;
      if (this.shown === frame) {
        // An even film needs no lead; in an uneven one the last that worked is the best guess.
        this.lead = tries ? aim - begin : this.lead;
        return;
      }
      if (this.shown < frame) low = Math.max(low, aim);
      else high = Math.min(high, aim);
      this.lead = null;
      aim = high < begin + SECOND_LOOK_S || tries > 4 ? (low + high) / 2 : low + Math.max(0.004, (end - begin) / 2) * (tries + 1);
    }
    this.isCreeping = true;
    for (let tries = 0; tries < 3 && frame === this.wanted && this.shown !== frame; tries += 1) await this.creep(frame);
    this.isCreeping = false;
  }

  // Ask for a moment until it is certain which frame it gives. A film that is still on its way says nothing about it. A
  // player that just went there may tell late, and first of the frame that stood there before: what the list does not
  // expect at the moment is believed when it is given a second time.
  async hear(aim, frame) {
    const expected = frameAt(this.list.shown, aim);
    let doubted = null;
    for (let times = 0; times < TRIES && frame === this.wanted; times += 1) {
      const isThere = await this.ask(aim);
      if (this.shown === frame || (isThere && [expected, doubted].includes(this.shown))) return true;
      doubted = isThere ? this.shown : null;
    }
    return false;
  }

  // No moment gives this frame: players drop frames before a moment by how long they think each lasts, and in an
  // uneven film they think wrong. So it is played into, as slowly as a player can.
  async creep(frame) {
    const { muted, playbackRate } = this.video;
    for (const back of [0, 2, 6]) {
      await this.ask(Math.max(0, this.list.shown[Math.max(0, frame - back)] - 0.004));
      if (this.shown < frame) break;
    }
    const left = Math.max(0, this.list.shown[frame] - this.video.currentTime) / SLOWEST;
    const reached = new Promise((resolve) => {
      const timer = setTimeout(resolve, left * 1000 + PATIENCE_MS * 2);
      this.waiting = () => {
        if (this.shown < frame) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.video.muted = true;
    this.video.playbackRate = SLOWEST;
    await this.video.play().catch(() => null);
    await reached;
    this.video.pause();
    // A frame that came before the pause took hold is told a little later.
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    Object.assign(this.video, { muted, playbackRate });
    this.waiting = null;
  }

  // Go to a moment; comes back when a frame was shown there, or patience is over. Whether the player went there.
  ask(seconds) {
    const before = this.seen;
    return new Promise((resolve) => {
      let isThere = false;
      const timer = setTimeout(done, PATIENCE_MS * 4);
      const video = this.video;
      const stepper = this;
      function done() {
        clearTimeout(timer);
        video.removeEventListener("seeked", onSeeked);
        stepper.waiting = null;
        resolve(isThere);
      }
      function onSeeked() {
        isThere = true;
        if (stepper.seen > before) done();
        else setTimeout(done, PATIENCE_MS);
      }
      this.waiting = () => isThere && done();
      video.addEventListener("seeked", onSeeked);
      video.currentTime = Math.max(0, Math.min(seconds, (video.duration || seconds) - 0.0005));
    });
  }

  // A moment of the film, as keyframes and events name it.
  async go(seconds) {
    if (this.isExact) {
      await this.show(frameAt(this.list.film, seconds));
      return;
    }
    this.video.currentTime = Math.max(0, seconds);
  }

  filmTime() {
    if (this.list && this.shown >= 0) return this.list.film[this.shown];
    if (!this.list) return this.video.currentTime;
    return this.video.currentTime - this.list.shown[0] + this.list.film[0];
  }
}
