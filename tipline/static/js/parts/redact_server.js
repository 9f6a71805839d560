// The editor's talk with the station: the draft is saved by itself, jobs are asked for and watched. When a line is
// cut or a visit ends, what was drawn stays in this browser and is put on top of what the station has later.
import { merged } from "./redact_model.js";

const SAVE_MS = 700;
const POLL_MS = 1200;
const AGAIN_MS = 5000;

export class Station {
  // `say(state, text)` shows whether all is saved; `onMerged(told, by)` tells what somebody else did meanwhile.
  constructor(data, words, { say, onMerged, onJobs }) {
    this.base = `/api/v1/evidence/${data.evidence}`;
    this.csrf = data.csrf;
    this.words = words;
    this.say = say;
    this.onMerged = onMerged;
    this.onJobs = onJobs;
    this.kept = `redaction-${data.evidence}`;
    this.saved = JSON.parse(JSON.stringify(data.draft)); // as the station has it
  }

  // Answers {ok, status, body}; a cut line is status 0.
  async ask(method, path, body) {
    try {
      const answer = await fetch(`${this.base}${path}`, {
        method, credentials: "same-origin",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": this.csrf },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const said = answer.status === 204 ? null : await answer.json().catch(() => null);
      return { ok: answer.ok, status: answer.status, body: said };
    } catch {
      return { ok: false, status: 0, body: null };
    }
  }

  // The sentence of an answer that was a «no».
  why(answer) {
    if (answer.status === 0) return this.words.cut;
    if (answer.status === 401) return this.words.ended;
    return answer.body?.message || this.words.failed;
  }

  // --- the draft

  // What an earlier visit could not save, if there is anything.
  leftover() {
    try {
      return JSON.parse(sessionStorage.getItem(this.kept));
    } catch {
      return null;
    }
  }

  changed(draft) {
    this.draft = draft;
    this.isDirty = true;
    this.say("saving", this.words.saving);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), SAVE_MS);
  }

  async save() {
    if (!this.draft || this.isSaving) return;
    clearTimeout(this.timer);
    this.isSaving = true;
    this.isDirty = false;
    const sent = JSON.parse(JSON.stringify(this.draft.content));
    const answer = await this.ask("PUT", "/redaction", { version: this.saved.version, ...sent });
    this.isSaving = false;
    if (answer.ok) {
      this.saved = { ...sent, version: answer.body.version };
      this.draft.version = answer.body.version;
      this.forget();
    } else if (answer.status === 409 && answer.body?.code === "redaction:changed") {
      return this.lay();
    } else {
      this.keep(sent);
      this.say("fault", this.why(answer));
      this.isDirty = true;
      // What was refused for what it is will be refused again; a cut line comes back.
      if (answer.status === 0 || answer.status >= 500 || answer.status === 401) this.timer = setTimeout(() => this.save(), AGAIN_MS);
      return;
    }
    if (this.isDirty) return this.save();
    this.say("saved", this.words.saved);
  }

  // Somebody else saved first: lay both together and save that.
  async lay() {
    this.isSaving = true;
    const answer = await this.ask("GET", "/redaction");
    this.isSaving = false;
    if (!answer.ok) {
      this.isDirty = true;
      this.keep(this.draft.content);
      this.say("fault", this.why(answer));
      this.timer = setTimeout(() => this.save(), AGAIN_MS);
      return;
    }
    const { content, told } = merged(this.saved, this.draft.content, answer.body);
    this.saved = answer.body;
    Object.assign(this.draft, content, { version: answer.body.version });
    this.onMerged(told, answer.body);
    return this.save();
  }

  keep(content) {
    try {
      sessionStorage.setItem(this.kept, JSON.stringify({ base: this.saved, mine: content }));
    } catch {
      // Full or switched off: the page itself still holds it.
    }
  }

  forget() {
    try {
      sessionStorage.removeItem(this.kept);
    } catch {
      // Nothing was kept then.
    }
  }

  // All that is drawn is at the station; false when it could not be brought there.
  async settle() {
    while (this.isSaving) await new Promise((done) => setTimeout(done, 50));
    if (this.isDirty) await this.save();
    while (this.isSaving) await new Promise((done) => setTimeout(done, 50));
    return !this.isDirty;
  }

  // --- jobs

  watch(jobs) {
    this.jobs = jobs;
    clearTimeout(this.poll);
    if (jobs.some((one) => one.state === "queued" || one.state === "running")) this.poll = setTimeout(() => this.look(), POLL_MS);
  }

  // Asked after every act, and from time to time: of several answers the one asked for last is shown.
  async look() {
    this.looks = (this.looks || 0) + 1;
    const mine = this.looks;
    const answer = await this.ask("GET", "/redaction/jobs");
    if (mine !== this.looks) return;
    clearTimeout(this.poll);
    if (answer.ok) {
      this.onJobs(answer.body.items);
      this.watch(answer.body.items);
    } else {
      this.poll = setTimeout(() => this.look(), AGAIN_MS);
    }
  }
}
