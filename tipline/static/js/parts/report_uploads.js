// The list of files: what waits, what goes up, what is here. One at a time, the smallest first, so that a photo
// arrives even if the film never does. Lives on while pages change around it.
import { fingerprint, forgetUpload, isSameFile, rememberUpload } from "./report_fingerprint.js";
import { compare, hashFile } from "./report_integrity.js";
import { makePicks } from "./report_picks.js";
import { Row } from "./report_rows.js";
import { Transfer } from "./report_transfer.js";
import { notice, say, sayTime } from "./report_words.js";

const MOVING = ["sending", "retrying"];
const TEXT_MS = 1000;
const STATUS_MS = 5000;

let panel = null;

export function attachUploads(main) {
  const place = main.querySelector("[data-uploads]");
  if (panel && (!place || place.dataset.tip !== panel.tip)) {
    // Without a place the page is about something else; the files go on and come back with the next one.
    if (place) { panel.end(); panel = null; }
  }
  if (!place) return;
  const isNeeded = place.dataset.uploads !== "compact" || readFiles(place).some((one) => one.state === "uploading");
  if (!panel && isNeeded) panel = new Uploads(place);
  if (panel) panel.settle(place, main);
}

class Uploads {
  constructor(place) {
    this.tip = place.dataset.tip;
    this.items = [];
    this.root = document.createElement("div");
    this.root.className = "uploads";
    this.picks = makePicks((files) => this.addAll(files));
    this.total = document.createElement("div");
    this.total.className = "total";
    this.totalBar = document.createElement("progress");
    this.totalText = document.createElement("p");
    this.totalText.setAttribute("aria-hidden", "true");
    // The same words for those who listen, at a pace one can listen to.
    this.spoken = document.createElement("p");
    this.spoken.className = "visually-hidden";
    this.spoken.setAttribute("role", "status");
    this.totalBar.setAttribute("aria-hidden", "true");
    this.total.append(this.totalText, this.spoken, this.totalBar);
    this.rows = document.createElement("ul");
    this.rows.className = "rows";
    this.root.append(this.picks, this.total, this.rows);
    this.saidAt = 0;
    for (const known of readFiles(place)) this.addKnown(known);
    this.listen();
  }

  // Take the place of the plain form on this page.
  settle(place, main) {
    this.place = { ...place.dataset };
    this.root.dataset.mode = place.dataset.uploads;
    place.replaceWith(this.root);
    this.speak(document.documentElement.lang);
    const listed = main.querySelector("[data-server-files]");
    if (listed) listed.hidden = true;
    this.show(true);
  }

  // Pages may change their language under the list.
  speak(tongue) {
    if (this.tongue === tongue) return;
    if (this.tongue) {
      const picks = makePicks((files) => this.addAll(files));
      this.picks.replaceWith(picks);
      this.picks = picks;
      this.items.forEach((item) => item.row.forget());
    }
    this.tongue = tongue;
  }

  listen() {
    this.wake = () => { if (!document.hidden) this.goOn(); };
    this.dropped = () => this.items.forEach((item) => { if (MOVING.includes(item.state)) this.onCut(item); });
    this.warn = (event) => {
      if (!this.current()) return;
      event.preventDefault();
      event.returnValue = say("leaving");
    };
    window.addEventListener("online", this.wake);
    window.addEventListener("pageshow", this.wake);
    window.addEventListener("offline", this.dropped);
    window.addEventListener("beforeunload", this.warn);
    document.addEventListener("visibilitychange", this.wake);
  }

  end() {
    this.items.forEach((item) => item.transfer && item.transfer.stop());
    window.removeEventListener("online", this.wake);
    window.removeEventListener("pageshow", this.wake);
    window.removeEventListener("offline", this.dropped);
    window.removeEventListener("beforeunload", this.warn);
    document.removeEventListener("visibilitychange", this.wake);
    this.root.remove();
  }

  current() { return this.items.find((item) => MOVING.includes(item.state)); }

  // --- what is in the list

  addKnown(known) {
    const isLost = known.state === "uploading";
    const state = isLost ? "lost" : known.matches === false ? "differs" : "done";
    const sent = isLost ? known.offset : known.size;
    this.list({ ...known, state, sent, id: known.upload, matches: known.matches });
  }

  list(item) {
    item.row = new Row(item, {
      pause: () => this.pause(item),
      resume: () => this.queue(item),
      retry: () => this.queue(item),
      remove: () => this.remove(item),
    });
    this.items.push(item);
    this.rows.append(item.row.element);
    this.show(true);
    return item;
  }

  async addAll(files) {
    await Promise.all(files.map((file) => this.add(file)));
    this.next();
  }

  async add(file) {
    const limit = Number(this.place.limit);
    const refused = file.size === 0 ? "empty" : file.size > limit ? "too_large" : null;
    if (refused) { this.list({ name: file.name, size: file.size, sent: 0, state: "refused", note: say(refused) }); return; }
    let print;
    try {
      print = await fingerprint(file);
    } catch (fault) {
      this.list({ name: file.name, size: file.size, sent: 0, state: "refused", note: say("unreadable") });
      return;
    }
    if (this.items.some((one) => one.print === print && one.state !== "refused")) {
      notice(say("twice", { name: file.name }));
      return;
    }
    const lost = this.items.find((one) => one.state === "lost" && isSameFile(one, file, print));
    const item = lost || this.list({ name: file.name, size: file.size, sent: 0, state: "waiting" });
    Object.assign(item, { file, print, note: lost && percent(lost) ? say("resumed", { percent: percent(lost) }) : "" });
    item.digest = hashFile(file, this.place.hasher);
    this.turn(item, "waiting");
  }

  async remove(item) {
    this.items = this.items.filter((one) => one !== item);
    item.row.element.remove();
    if (item.id) forgetUpload(item.id);
    if (item.state !== "refused") await this.transferOf(item).remove();
    this.next();
  }

  pause(item) {
    if (item.transfer) item.transfer.stop();
    this.turn(item, "paused");
    this.next();
  }

  queue(item) {
    this.turn(item, "waiting");
    this.next();
  }

  goOn() {
    for (const item of this.items) {
      if (item.state === "cut" || (item.state === "failed" && item.passes)) {
        item.note = say("resumed", { percent: percent(item) });
        item.state = "waiting";
      }
    }
    const moving = this.current();
    if (moving && moving.state === "retrying") moving.transfer.wake();
    this.next();
    this.show(true);
  }

  next() {
    this.keepAwake();
    if (this.current()) { this.show(true); return; }
    // Without a line nothing is tried: what waits goes on waiting, and begins when the line is back.
    const waiting = navigator.onLine ? this.items.filter((item) => item.state === "waiting" && item.file) : [];
    waiting.sort((a, b) => (a.size - a.sent) - (b.size - b.sent));
    if (waiting.length) this.send(waiting[0]);
    this.show(true);
  }

  // --- one file on its way

  transferOf(item) {
    if (!item.transfer) {
      const address = item.id ? this.place.endpoint + "/" + item.id : null;
      const ways = { endpoint: this.place.endpoint, csrf: () => this.place.csrf, address };
      item.transfer = new Transfer(item.file, ways, (what, detail) => this.hear(item, what, detail));
    }
    return item.transfer;
  }

  send(item) {
    item.state = "sending";
    item.beganAt = Date.now();
    item.beganFrom = item.sent;
    this.transferOf(item).start();
  }

  hear(item, what, detail) {
    if (what === "opened") {
      item.id = detail.split("/").pop();
      rememberUpload(item.id, item.print);
    } else if (what === "moved") {
      this.onMoved(item, detail);
    } else if (what === "retrying") {
      this.turn(item, "retrying");
    } else if (what === "cut") {
      this.onCut(item);
    } else if (what === "failed") {
      this.onFailed(item, detail);
    } else if (what === "done") {
      this.onDone(item, detail);
    }
  }

  onMoved(item, sent) {
    if (item.state === "retrying") item.note = "";
    item.state = "sending";
    if (sent < item.beganFrom || item.beganFrom === undefined) item.beganFrom = sent;
    item.sent = sent;
    this.show(false);
  }

  onCut(item) {
    item.transfer.stop();
    // Only an interruption of the line goes on by itself; a weak one that was tried often waits for a finger.
    this.turn(item, navigator.onLine ? "failed" : "cut");
    item.passes = true;
    this.next();
  }

  onFailed(item, { status, sentence }) {
    const isFinal = status === 413 || status === 415 || status === 422;
    item.note = status === 401 ? say("ended") : sentence;
    item.passes = false;
    if (isFinal && item.id) forgetUpload(item.id);
    this.turn(item, isFinal ? "refused" : "failed");
    this.next();
  }

  async onDone(item, evidence) {
    item.sent = item.size;
    item.note = "";
    forgetUpload(item.id);
    this.turn(item, "done");
    this.next();
    const matches = await compare(evidence, await item.digest, this.place.evidence, this.place.csrf);
    item.file = null; // the phone may have its memory back
    item.matches = matches;
    this.turn(item, matches === false ? "differs" : "done");
    document.dispatchEvent(new CustomEvent("arrived"));
  }

  turn(item, state) {
    item.state = state;
    if (state !== "waiting" && state !== "failed" && state !== "refused") item.note = state === "sending" ? item.note : "";
    this.show(true);
  }

  async keepAwake() {
    const wanted = Boolean(this.current());
    if (!navigator.wakeLock) return;
    try {
      if (wanted && (!this.lock || this.lock.released)) this.lock = await navigator.wakeLock.request("screen");
      else if (!wanted && this.lock) { await this.lock.release(); this.lock = null; }
    } catch (fault) { /* battery saver: the words about staying on the page must do */ }
  }

  // --- what is seen

  show(atOnce) {
    const now = Date.now();
    if (!atOnce && now - (this.shownAt || 0) < TEXT_MS) {
      const moving = this.current();
      if (moving) moving.row.bar.value = moving.sent;
      return;
    }
    this.shownAt = now;
    this.items.forEach((item) => item.row.show(item, words(item)));
    this.showTotal(now);
  }

  showTotal(now) {
    const counted = this.items.filter((item) => item.state !== "refused");
    const done = counted.filter((item) => item.state === "done").length;
    const size = counted.reduce((sum, item) => sum + item.size, 0);
    const sent = counted.reduce((sum, item) => sum + Math.min(item.sent, item.size), 0);
    const isDone = done === counted.length;
    const isCompact = this.root.dataset.mode === "compact";
    this.total.hidden = counted.length === 0 || (isDone && !counted.some((item) => item.print));
    this.root.hidden = isCompact && this.items.length === 0;
    // Where one only reads on, files are picked again but no new ones.
    this.picks.hidden = isCompact && !this.items.some((item) => item.state === "lost");
    this.totalBar.max = size || 1;
    this.totalBar.value = sent;
    this.totalBar.hidden = isDone;
    const refused = this.items.length - counted.length;
    const places = { done, refused, all: counted.length, percent: Math.floor((100 * sent) / (size || 1)) };
    const text = isDone ? say(refused ? "done_but" : "all_done", places) : say("total_sending", places);
    this.totalText.textContent = text;
    const key = done + "/" + counted.length;
    if (this.spoken.textContent === text || (key === this.saidKey && now - this.saidAt < STATUS_MS)) return;
    this.saidKey = key;
    this.saidAt = now;
    this.spoken.textContent = text;
  }
}

function words(item) {
  const places = { percent: percent(item), name: item.name };
  if (item.state === "sending") {
    if (item.note && Date.now() - item.beganAt < 4000) return item.note;
    const left = timeLeft(item);
    return say("sending", places) + (left ? " · " + say("left", { time: left }) : "");
  }
  if (item.state === "done") return say(item.matches ? "matches" : "done");
  if (item.state === "cut") return say("offline");
  if (item.state === "failed") return item.note || say("failed");
  if (item.state === "refused") return item.note;
  if (item.state === "lost" && !places.percent) return say("lost_early", places);
  return item.state === "waiting" && item.note ? item.note : say(item.state, places);
}

function timeLeft(item) {
  const took = (Date.now() - item.beganAt) / 1000;
  const moved = item.sent - item.beganFrom;
  if (took < 3 || moved <= 0 || item.sent >= item.size) return "";
  return sayTime(((item.size - item.sent) * took) / moved);
}

const percent = (item) => Math.floor((100 * item.sent) / (item.size || 1));

function readFiles(place) {
  const holder = place.querySelector("[data-files]");
  return holder ? JSON.parse(holder.textContent) : [];
}
