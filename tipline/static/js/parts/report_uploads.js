// The list of files: what waits, what goes up, what is here. One at a time, the smallest first, so that a photo
// arrives even if the film never does. Lives on while pages change around it.
import { isLeaving } from "./report_exit.js";
import { Board } from "./report_board.js";
import { fingerprint, forgetUpload, isSameFile, printOf, rememberArrived, rememberUpload } from "./report_fingerprint.js";
import { areFollowing, takeFiles } from "./report_following.js";
import { compare, hashFile, headersOf } from "./report_integrity.js";
import { Row } from "./report_rows.js";
import { percent } from "./report_telling.js";
import { Transfer } from "./report_transfer.js";
import { notice, say } from "./report_words.js";

const MOVING = ["sending", "retrying"];
const FINAL = [400, 403, 413, 415, 422];
const TICK_MS = 1000;
const NOTE_MS = 5000;
const AWAY_MS = 3000;
const MOST_HOLDS = 6;
// A file that comes later goes first if what is on its way has at least this many times as much left.
const STEP_ASIDE = 4;

let panel = null;

export function attachUploads(main) {
  const place = main.querySelector("[data-uploads]");
  if (panel && (!place || place.dataset.tip !== panel.tip)) {
    // Without a place the page is about something else; the files go on and come back with the next one.
    if (place) { panel.end(); panel = null; }
  }
  if (!place) return;
  const isNeeded = areFollowing() || place.dataset.uploads !== "compact" || readFiles(place).some((one) => one.state === "uploading");
  if (!panel && isNeeded) panel = new Uploads(place);
  if (!panel) return;
  panel.settle(place, main);
  const following = takeFiles();
  if (following.length) panel.addAll(following);
}

// Plain forms that take files of a special purpose hand them to the list instead.
export function takeOver(main) {
  for (const form of main.querySelectorAll("form[data-purpose]")) {
    const input = form.querySelector("input[type=file]");
    if (!panel || !input) continue;
    form.dataset.taken = "";
    input.addEventListener("change", () => {
      const files = Array.from(input.files);
      input.value = "";
      if (files.length) panel.addAll(files, form.dataset.purpose);
    });
  }
}

// Files that came another way than by the buttons: dropped or pasted.
export function addFiles(files) {
  if (panel) panel.addAll(files);
}

class Uploads {
  constructor(place) {
    this.tip = place.dataset.tip;
    this.items = [];
    this.board = new Board((files) => this.addAll(files));
    for (const known of readFiles(place)) this.addKnown(known);
    this.listen();
  }

  // Take the place of the plain form on this page.
  settle(place, main) {
    this.place = { ...place.dataset };
    this.board.settle(place, this.items);
    const listed = main.querySelector("[data-server-files]");
    if (listed) listed.hidden = true;
    this.show(true);
  }

  listen() {
    const warn = (event) => {
      if (!this.current() || isLeaving()) return;
      event.preventDefault();
      event.returnValue = say("leaving");
    };
    this.ears = [
      [window, "online", () => this.goOn()],
      [window, "pageshow", () => this.goOn()],
      [window, "offline", () => this.items.forEach((item) => { if (MOVING.includes(item.state)) this.onCut(item); })],
      [window, "beforeunload", warn],
      [document, "visibilitychange", () => (document.hidden ? this.onAway() : this.onBack())],
    ];
    this.ears.forEach(([place, name, call]) => place.addEventListener(name, call));
    this.clock = setInterval(() => this.tick(), TICK_MS);
  }

  end() {
    this.items.forEach((item) => item.transfer && item.transfer.stop());
    this.ears.forEach(([place, name, call]) => place.removeEventListener(name, call));
    clearInterval(this.clock);
    this.items = [];
    this.keepAwake();
    this.board.root.remove();
  }

  current() { return this.items.find((item) => MOVING.includes(item.state)); }

  // --- what is in the list

  addKnown(known) {
    const isLost = known.state === "uploading";
    const state = isLost ? "lost" : known.matches === false && !known.sent_again ? "differs" : "done";
    const sent = isLost ? known.offset : known.size;
    const here = state === "done" ? printOf(known.id) : null;
    this.list({ ...known, state, sent, here, id: known.upload, keptUntil: known.expires_at });
  }

  list(item, before) {
    item.row = new Row(item, {
      pause: () => this.pause(item),
      resume: () => this.queue(item),
      retry: () => this.queue(item),
      remove: () => this.remove(item),
      again: () => this.sendAgain(item, item.file),
      choose: (file) => (item.state === "lost" ? this.pickAgain(item, file) : this.sendAgain(item, file)),
    });
    this.items.push(item);
    this.board.add(item.row, before);
    this.show(true);
    return item;
  }

  async addAll(files, purpose) {
    await Promise.all(files.map((file) => this.add(file, purpose)));
    this.stepAside();
    this.next();
  }

  async add(file, purpose, before) {
    const blank = { name: file.name, size: file.size, sent: 0, purpose, note: "" };
    const limit = Number(this.place.limit);
    const refused = file.size === 0 ? "empty" : file.size > limit ? "too_large" : null;
    if (refused) { this.list({ ...blank, state: "refused", note: say(refused) }, before); return; }
    let print;
    try {
      print = await fingerprint(file);
    } catch (fault) {
      this.list({ ...blank, state: "refused", note: say("unreadable") }, before);
      return;
    }
    const twin = this.items.find((one) => (one.here || one.print) === print && one.state !== "refused" && one.state !== "lost");
    if (twin && !before) { notice(say("twice", { name: file.name })); return; }
    const lost = this.items.find((one) => one.state === "lost" && isSameFile(one, file, print));
    const item = lost || this.list({ ...blank, state: "waiting" }, before);
    Object.assign(item, { file, print, transfer: null, holds: 0, note: lost && percent(lost) ? this.resumed(lost) : "" });
    item.digest = hashFile(file, this.place.hasher);
    this.turn(item, "waiting");
    if (!before && !purpose && !/^(image|audio)\//.test(file.type)) document.dispatchEvent(new CustomEvent("footage"));
  }

  async pickAgain(item, file) {
    await this.addAll([file], item.purpose);
    if (!item.file) notice(say("other_file", { name: item.name }));
  }

  // A file that arrived damaged goes up once more, in the place of the damaged one.
  async sendAgain(item, file) {
    if (item.size !== file.size) { this.addAll([file], item.purpose); return; }
    this.items = this.items.filter((one) => one !== item);
    await this.add(file, item.purpose, item.row.element);
    this.next();
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
    if (item.transfer) item.transfer.stop();
    this.turn(item, "waiting");
    this.next();
  }

  // What is on its way waits for a much smaller one: it goes on where it stood.
  stepAside() {
    const moving = this.current();
    const next = this.nextUp();
    if (!moving || !next || (moving.size - moving.sent) < STEP_ASIDE * (next.size - next.sent)) return;
    moving.transfer.stop();
    this.turn(moving, "waiting");
  }

  // --- away and back

  onAway() {
    const moving = this.current();
    this.away = moving ? { item: moving, since: Date.now() } : null;
  }

  onBack() {
    const away = this.away;
    this.away = null;
    const item = away && away.item;
    // Where the browser let it go on meanwhile there is nothing to tell.
    if (item && MOVING.includes(item.state) && Date.now() - Math.max(away.since, item.transfer.movedAt) > AWAY_MS) {
      item.note = this.resumed(item);
      item.noteUntil = Date.now() + NOTE_MS;
      item.transfer.refresh();
    }
    this.goOn();
  }

  goOn() {
    if (document.hidden) return;
    for (const item of this.items) {
      if (item.state === "cut" || (item.state === "failed" && item.passes)) {
        item.note = this.resumed(item);
        item.state = "waiting";
      }
    }
    const moving = this.current();
    if (moving && moving.state === "retrying") moving.transfer.wake();
    this.next();
    this.show(true);
  }

  resumed(item) { return say("resumed", { percent: percent(item) }); }

  nextUp() {
    // Without a line nothing is tried: what waits goes on waiting, and begins when the line is back.
    const waiting = navigator.onLine ? this.items.filter((item) => item.state === "waiting" && item.file) : [];
    return waiting.sort((a, b) => (a.size - a.sent) - (b.size - b.sent))[0];
  }

  next() {
    const next = this.current() ? null : this.nextUp();
    if (next) this.send(next);
    this.keepAwake();
    this.show(true);
  }

  // What was told to come back later comes back.
  tick() {
    const held = this.items.filter((item) => item.state === "held");
    if (!held.length) return;
    held.filter((item) => item.heldUntil <= Date.now()).forEach((item) => { item.note = ""; this.turn(item, "waiting"); });
    this.next();
  }

  // --- one file on its way

  transferOf(item) {
    if (!item.transfer) {
      const address = item.id ? this.place.endpoint + "/" + item.id : null;
      const metadata = item.purpose === "clock" ? { purpose: "clock" } : {};
      const takesTails = this.place.tails !== undefined;
      const headers = () => headersOf(this.place);
      const ways = { endpoint: this.place.endpoint, headers, address, metadata, takesTails };
      item.transfer = new Transfer(item.file, ways, (what, detail) => this.hear(item, what, detail));
    }
    return item.transfer;
  }

  send(item) {
    item.state = "sending";
    item.beganAt = Date.now();
    item.noteUntil = item.beganAt + NOTE_MS;
    item.beganFrom = item.sent;
    this.transferOf(item).start();
  }

  hear(item, what, detail) {
    if (!this.items.includes(item)) return;
    if (what === "opened") {
      if (item.id) forgetUpload(item.id);
      item.id = detail.split("/").pop();
      rememberUpload(item.id, item.print);
    } else if (what === "kept") {
      item.keptUntil = detail;
    } else if (what === "moved") {
      this.onMoved(item, detail);
    } else if (what === "retrying") {
      this.turn(item, "retrying");
    } else if (what === "held") {
      this.onHeld(item, detail);
    } else if (what === "cut") {
      this.onCut(item);
    } else if (what === "unreadable") {
      this.onUnreadable(item);
    } else if (what === "failed") {
      this.onFailed(item, detail);
    } else if (what === "done") {
      this.onDone(item, detail);
    }
  }

  onMoved(item, sent) {
    item.state = "sending";
    if (sent > item.sent) item.holds = 0;
    if (sent < item.beganFrom || item.beganFrom === undefined) { item.beganFrom = sent; item.beganAt = Date.now(); }
    item.sent = sent;
    this.show(false);
  }

  onCut(item) {
    item.transfer.stop();
    // Only an interruption of the line goes on by itself; a weak one that was tried often waits for a finger.
    item.note = "";
    item.passes = true;
    this.turn(item, navigator.onLine ? "failed" : "cut");
    this.next();
  }

  // The station asks for patience and says why: a countdown, and after many of them a finger.
  onHeld(item, { seconds, sentence }) {
    item.holds = (item.holds || 0) + 1;
    item.note = sentence || say("busy");
    item.heldUntil = Date.now() + 1000 * seconds;
    item.passes = false;
    this.turn(item, item.holds > MOST_HOLDS ? "failed" : "held");
    this.next();
  }

  // The file has gone from under the page; picked again it goes on.
  onUnreadable(item) {
    item.file = null;
    item.transfer = null;
    this.turn(item, item.id ? "lost" : "refused");
    item.note = say("unreadable");
    this.next();
  }

  onFailed(item, { status, sentence }) {
    const isFinal = FINAL.includes(status);
    item.note = status === 401 ? say("ended") : sentence || (status === 413 ? say("too_large") : "");
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
    const matches = await compare(evidence, await item.digest, this.place.evidence, headersOf(this.place));
    if (matches !== false) {
      item.file = null; // the phone may have its memory back
      rememberArrived(evidence, item.print);
    }
    item.matches = matches;
    this.turn(item, matches === false ? "differs" : "done");
    document.dispatchEvent(new CustomEvent("arrived"));
  }

  turn(item, state) {
    item.state = state;
    if (!["waiting", "failed", "refused", "held", "lost", "sending"].includes(state)) item.note = "";
    this.show(true);
  }

  // One after the other: of two locks asked for at once one would never be let go.
  keepAwake() { this.awake = Promise.resolve(this.awake).then(() => this.holdScreen()); }

  async holdScreen() {
    const wanted = Boolean(this.current()) && !document.hidden;
    if (!navigator.wakeLock) return;
    try {
      if (wanted && (!this.lock || this.lock.released)) this.lock = await navigator.wakeLock.request("screen");
      else if (!wanted && this.lock) { await this.lock.release(); this.lock = null; }
    } catch (fault) { /* battery saver: the words about staying on the page must do */ }
  }

  show(atOnce) { this.board.show(this.items, this.current(), atOnce); }
}

function readFiles(place) {
  const holder = place.querySelector("[data-files]");
  return holder ? JSON.parse(holder.textContent) : [];
}
