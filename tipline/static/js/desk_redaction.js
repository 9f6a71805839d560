// The editor of covers: picture and boxes on the left, the list and what is to be done on the right. Everything is
// saved by itself and taken back with Ctrl+Z; nothing is burned in until somebody says so.
import { areKeysOff } from "./parts/keys_off.js";
import { Draft, boxAt, isOn } from "./parts/redact_model.js";
import { List, clock, element, icon, lostWords, stretch } from "./parts/redact_list.js";
import { Player } from "./parts/redact_player.js";
import { Results } from "./parts/redact_results.js";
import { Stage } from "./parts/redact_stage.js";
import { Station } from "./parts/redact_server.js";

const NEW_BOX = { x: 0.4, y: 0.35, w: 0.2, h: 0.3 };
const FAR_S = 10;

class Editor {
  constructor(root) {
    this.root = root;
    this.data = JSON.parse(document.getElementById("redact-data").textContent);
    this.words = this.data.words;
    this.sprite = this.data.sprite;
    this.chosen = null;
    this.isPreview = false;
    this.following = new Map(); // number of a job → the track it follows
    this.mine = new Set(); // searches asked for on this page, or under way when it was opened
    this.taken = new Set(); // jobs whose result is in the draft
    this.gone = new Set(); // faces that somebody took away
    this.searched = [];
    this.draft = new Draft(this.data.draft, () => this.changed());
    this.player = new Player(root, this.data, () => this.tick());
    const shared = {
      draft: this.draft, words: this.words, data: this.data, sprite: this.sprite,
      now: () => this.player.now, pause: () => this.player.pause(), seek: (t) => this.player.seek(t),
      isPreview: () => this.isPreview, selected: () => this.chosen, select: (id, how) => this.select(id, how),
    };
    this.stage = new Stage(root, shared);
    this.list = new List(root, { ...shared, acts: { follow: (track, back) => this.follow(track, back), isFollowing: (id) => [...this.following.values()].includes(id), unsearched: () => this.unsearched() } });
    this.station = new Station(this.data, this.words, {
      say: (state, text) => this.saySaved(state, text),
      onMerged: (told, by) => this.sayMerged(told, by),
      onJobs: (jobs) => this.takeJobs(jobs),
    });
    this.results = new Results(root, { ...shared, station: this.station, notice: (text, more) => this.notice(text, more), refresh: () => this.station.look() });
  }

  start() {
    this.wire();
    this.player.start();
    this.restore();
    this.redraw();
    for (const one of this.data.jobs) {
      if (one.state === "queued" || one.state === "running") this.mine.add(one.number);
      // Found while nobody was here to take it.
      const isLater = !this.data.draft.changed_at || (one.finished_at && one.finished_at > this.data.draft.changed_at);
      if (one.kind === "faces" && one.state === "done" && isLater) this.mine.add(one.number);
      if (one.kind === "track" && this.mine.has(one.number)) this.rejoin(one);
    }
    this.takeJobs(this.data.jobs);
    this.station.watch(this.data.jobs);
  }

  // What could not be saved at an earlier visit goes on top of what is here now.
  restore() {
    const left = this.station.leftover();
    if (!left || JSON.stringify(left.mine) === JSON.stringify(this.draft.content)) return;
    this.station.saved = left.base;
    this.draft.change(null, () => Object.assign(this.draft, left.mine));
    this.notice(this.words.restored);
  }

  // --- what is seen

  changed() {
    this.station.changed(this.draft);
    this.redraw();
  }

  redraw() {
    if (this.chosen && !this.draft.find(this.chosen)) this.chosen = null;
    this.stage.draw();
    this.list.draw();
    this.drawBurn();
    this.tick();
  }

  tick() {
    const { player } = this;
    this.stage.draw();
    this.list.tick();
    const t = player.now;
    const place = this.root.querySelector("[data-time]");
    if (place) place.textContent = `${clock(t)} / ${clock(player.duration)}`;
    const number = this.root.querySelector("[data-number]");
    if (number) number.textContent = player.number === null ? "–" : String(player.number);
    const rail = this.root.querySelector("[data-rail]");
    if (rail && player.duration) {
      rail.max = String(player.duration);
      if (document.activeElement !== rail || player.isPlaying) rail.value = String(t);
      rail.setAttribute("aria-valuetext", clock(t));
    }
    this.root.querySelector("[data-play]")?.setAttribute("aria-pressed", String(player.isPlaying));
    const covered = this.draft.tracks.filter((one) => isOn(one, t)).length;
    this.root.querySelector("[data-covered]").textContent = this.words.coveredNow.replace("#", covered);
    this.root.querySelectorAll("[data-moment]").forEach((one) => {
      if (Math.abs(Number(one.dataset.moment) - t) < 0.05) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    });
  }

  select(id, { focus = false } = {}) {
    const isNew = this.chosen !== id;
    this.chosen = id;
    if (isNew) {
      this.stage.draw();
      this.list.draw();
      this.list.rows.querySelector(`[data-row="${id}"]`)?.scrollIntoView({ block: "nearest" });
    }
    if (focus) {
      this.stage.draw();
      // A film takes a moment to come to the picture in which the box is.
      if (this.stage.shown.has(id)) this.stage.focus(id);
      else setTimeout(() => this.stage.focus(id), 300);
    }
  }

  saySaved(state, text) {
    const shown = this.root.querySelector("[data-saved]");
    shown.dataset.state = state;
    shown.textContent = text;
  }

  sayMerged(told, by) {
    this.redraw();
    const parts = [["added", this.words.mergedAdded], ["changed", this.words.mergedChanged], ["removed", this.words.mergedRemoved], ["both", this.words.mergedBoth]];
    const said = parts.filter(([name]) => told[name]).map(([name, words]) => words.replace("#", told[name]));
    this.notice(`${this.words.merged.replace("#", by.changed_by || "")} ${said.join(" ")}`);
  }

  notice(text, { isFault = false, undo = null } = {}) {
    const flash = document.getElementById("flash");
    const close = () => flash.replaceChildren();
    const box = element("div", { class: `notice${isFault ? " notice-fault" : ""}`, role: isFault ? "alert" : "status" }, icon(this.sprite, isFault ? "alert-triangle" : "check"), element("p", {}, text));
    if (undo) {
      box.append(element("button", { type: "button", class: "button button-small", on: { click: () => { close(); undo(); } } }, icon(this.sprite, "arrow-back-up"), this.words.undo));
    }
    box.append(element("button", { type: "button", class: "notice-close", "aria-label": this.words.close, on: { click: close } }, icon(this.sprite, "x")));
    flash.replaceChildren(box);
  }

  // --- what can be done

  on(name, act) {
    this.root.querySelectorAll(`[data-do="${name}"]`).forEach((one) => one.addEventListener("click", act));
  }

  wire() {
    const { player, draft } = this;
    this.on("add", () => this.add());
    this.on("faces", () => this.search());
    this.on("undo", () => draft.back());
    this.on("redo", () => draft.forth());
    this.on("play", () => player.toggle());
    this.on("back", () => player.step(-1));
    this.on("on", () => player.step(1));
    this.on("from", () => this.limit(0));
    this.on("to", () => this.limit(1));
    this.on("all", () => draft.change(null, () => (draft.range = null)));
    this.on("burn", () => this.burn(null));
    this.on("still", () => this.burn(player.now));
    this.on("preview", () => this.preview());
    const rail = this.root.querySelector("[data-rail]");
    rail?.addEventListener("input", () => player.seek(Number(rail.value)));
    const margin = this.root.querySelector("[data-margin]");
    margin.addEventListener("change", () => draft.change(null, () => (draft.margin = Number(margin.value))));
    const sound = this.root.querySelector("[data-sound]");
    sound?.addEventListener("change", () => draft.change(null, () => (draft.sound = sound.checked)));
    this.root.querySelectorAll("[data-moment]").forEach((one) => one.addEventListener("click", () => player.seek(Number(one.dataset.moment))));
    document.addEventListener("keydown", (event) => this.key(event), true);
    window.addEventListener("beforeunload", (event) => {
      if (!this.station.isDirty && !this.station.isSaving) return;
      this.station.keep(draft.content);
      event.preventDefault();
    });
  }

  key(event) {
    const inField = event.target.closest("input:not([type=range]):not([type=checkbox]), textarea, select");
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (isUndo && !inField) {
      this.draft[event.shiftKey ? "forth" : "back"]();
      return this.done(event);
    }
    if (inField || event.ctrlKey || event.metaKey || event.altKey || areKeysOff()) return;
    const isFilm = Boolean(this.player.video);
    const onButton = event.target.closest("button, a, summary, input, [data-box]");
    const acts = { b: () => this.add(), p: () => this.preview(), f: () => this.search(), ",": () => this.player.step(-1), ".": () => this.player.step(1) };
    if (isFilm && !onButton) {
      acts[" "] = () => this.player.toggle();
      acts.ArrowLeft = () => this.player.seek(this.player.now - (event.shiftKey ? FAR_S : 1));
      acts.ArrowRight = () => this.player.seek(this.player.now + (event.shiftKey ? FAR_S : 1));
    }
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    act();
    this.done(event);
  }

  done(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  add() {
    this.player.pause();
    const track = this.draft.add(this.player.now, NEW_BOX);
    this.select(track.id, { focus: true });
  }

  preview() {
    this.isPreview = !this.isPreview;
    this.root.querySelectorAll('[data-do="preview"]').forEach((one) => one.setAttribute("aria-pressed", String(this.isPreview)));
    this.stage.draw();
  }

  limit(side) {
    const { draft, player } = this;
    const range = [...(draft.range || [0, player.duration])];
    range[side] = Number(player.now.toFixed(3));
    if (range[0] >= range[1]) return this.notice(this.words.rangeUnclear, { isFault: true });
    return draft.change(null, () => (draft.range = range));
  }

  drawBurn() {
    const { draft, words } = this;
    const part = this.root.querySelector("[data-part]");
    if (part) part.textContent = draft.range ? `${clock(draft.range[0])} – ${clock(draft.range[1])}` : words.whole;
    this.root.querySelector("[data-margin]").value = String(draft.margin);
    const sound = this.root.querySelector("[data-sound]");
    if (sound) sound.checked = draft.sound;
    this.root.querySelectorAll('[data-do="undo"]').forEach((one) => (one.disabled = !draft.past.length));
    this.root.querySelectorAll('[data-do="redo"]').forEach((one) => (one.disabled = !draft.future.length));
    const bar = this.root.querySelector("[data-part-bar]");
    if (!bar) return;
    const length = this.player.duration || 1;
    this.saySize(draft.range ? draft.range[1] - draft.range[0] : length);
    bar.replaceChildren(stretch("redact-bar-part", ...(draft.range || [0, length]), length));
    for (const [from, to] of this.searched) bar.append(stretch("redact-bar-searched", from, to, length));
  }

  // A long part of a large film is made smaller than it is.
  saySize(length) {
    const { words, data } = this;
    const { large, usual, large_s: most } = data.sizes;
    const [side, of] = [length > most ? usual : large, Math.max(data.width, data.height)];
    const shown = this.root.querySelector("[data-smaller]");
    const said = of > side ? words.smaller.replace("{side}", side).replace("{of}", of).replace("{minutes}", Math.round(most / 60)).replace("{large}", large) : "";
    shown.hidden = !said;
    if (shown.textContent !== said) shown.textContent = said;
  }

  // Faces are looked for, or something is still being followed.
  get isSearching() {
    return this.isFindingFaces || this.following.size > 0;
  }

  async burn(still) {
    this.player.pause();
    if (this.isSearching) return this.notice(this.words.stillSearching, { isFault: true });
    if (!(await this.station.settle())) return this.notice(this.words.notSaved, { isFault: true });
    const answer = await this.station.ask("POST", "/redaction/burn", { version: this.station.saved.version, still });
    if (!answer.ok) return this.notice(this.station.why(answer), { isFault: true });
    this.notice(this.words.burning);
    document.getElementById("redact-results")?.scrollIntoView({ block: "nearest" });
    return this.station.look();
  }

  // --- searches

  async search() {
    const answer = await this.station.ask("POST", "/redaction/faces", { range: this.draft.range });
    if (!answer.ok) return this.notice(this.station.why(answer), { isFault: true });
    this.mine.add(answer.body.number);
    return this.station.look();
  }

  async follow(track, back = false) {
    this.player.pause();
    const t = this.player.now;
    const { x, y, w, h } = boxAt(track, t);
    const answer = await this.station.ask("POST", "/redaction/follow", { t, box: [x, y, w, h], until: null, back });
    if (!answer.ok) return this.notice(this.station.why(answer), { isFault: true });
    this.following.set(answer.body.number, track.id);
    this.mine.add(answer.body.number);
    this.list.draw();
    return this.station.look();
  }

  // A page opened anew while a box is followed: its track is the one whose box was drawn there.
  rejoin(job) {
    const [x, y] = job.wanted.box || [];
    const track = this.draft.tracks.find((one) => {
      const box = boxAt(one, job.wanted.t);
      return Math.abs(box.x - x) < 0.002 && Math.abs(box.y - y) < 0.002;
    });
    if (track) this.following.set(job.number, track.id);
  }

  // One list after the other: what tells of some faces must never be taken after what tells of all of them.
  takeJobs(jobs) {
    this.newest = jobs;
    this.results.draw(jobs);
    this.saySearch(jobs);
    const next = () => this.takeResults(jobs);
    this.takes = Promise.resolve(this.takes).then(next, next);
  }

  async takeResults(jobs) {
    if (jobs !== this.newest) return; // a newer list is waiting
    for (const job of jobs) {
      if (!this.mine.has(job.number) || this.taken.has(job.number) || job.kind === "redaction" || job.state === "queued") continue;
      if (job.state === "failed") {
        this.end(job);
        this.notice(job.failure_text || this.words.failed, { isFault: true });
        continue;
      }
      if (job.state === "running" && job.kind === "track") continue;
      const answer = await this.station.ask("GET", `/redaction/jobs/${job.number}`);
      if (!answer.ok || !answer.body.about || this.taken.has(job.number)) continue;
      if (job.kind === "faces") this.takeFaces(answer.body);
      else this.takeWay(answer.body);
    }
  }

  takeFaces(job) {
    this.draft.takeFaces(job.number, job.about.tracks || [], job.about.searched, this.gone);
    if (job.state !== "done") return;
    this.end(job);
    if (job.about.searched) this.searched = [...this.searched.filter((one) => one[0] !== job.about.searched[0]), job.about.searched];
    const count = (job.about.tracks || []).length;
    this.notice(count ? this.words.foundFaces.replace("#", count) : this.words.noFaces);
    this.redraw();
  }

  takeWay(job) {
    const id = this.following.get(job.number);
    this.end(job);
    if (!id || !this.draft.find(id)) return;
    this.draft.takeWay(id, job.number, job.wanted, job.about);
    const [{ lost }, isBack] = [job.about, job.wanted.back === true];
    if (lost) this.notice(lostWords(this.words, lost, isBack));
    else this.notice(isBack ? this.words.followedBack : this.words.followed);
  }

  end(job) {
    this.taken.add(job.number);
    this.following.delete(job.number);
    this.list.draw();
  }

  saySearch(jobs) {
    const running = jobs.find((one) => one.kind === "faces" && (one.state === "queued" || one.state === "running"));
    const shown = this.root.querySelector("[data-searching]");
    shown.hidden = !running;
    this.isFindingFaces = Boolean(running);
    if (!running) return;
    const percent = Math.round(running.progress * 100);
    shown.querySelector("[data-searching-text]").textContent = running.state === "queued" ? this.words.queued : `${this.words.searching} ${percent}%`;
    shown.querySelector("progress").value = percent;
    shown.querySelector("button").onclick = async () => {
      await this.station.ask("DELETE", `/derivatives/${running.number}`);
      this.taken.add(running.number);
      this.station.look();
    };
  }

  // Of a film in which faces were searched, the stretches that no search has seen.
  unsearched() {
    if (!this.searched.length || !this.player.duration) return [];
    const found = [];
    let at = this.draft.range ? this.draft.range[0] : 0;
    const end = this.draft.range ? this.draft.range[1] : this.player.duration;
    for (const [from, to] of [...this.searched].sort((a, b) => a[0] - b[0])) {
      if (from > at + 0.5) found.push([at, Math.min(from, end)]);
      at = Math.max(at, to);
    }
    if (end > at + 0.5) found.push([at, end]);
    return found.filter(([from, to]) => to > from).map(([from, to]) => [from, this.words.unsearched.replace("{from}", clock(from)).replace("{to}", clock(to))]);
  }
}

const root = document.querySelector("[data-redact]");
if (root) {
  const editor = new Editor(root);
  const remove = editor.draft.remove.bind(editor.draft);
  // A face that is taken away stays away, also when the search that found it tells more.
  editor.draft.remove = (id) => {
    editor.gone.add(id);
    remove(id);
  };
  editor.start();
}
