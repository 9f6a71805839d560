// Covered copies below the editor: how far each is, who had it made and when, that it was looked at, and its file.
import { clock, element, icon } from "./redact_list.js";


export class Results {
  constructor(root, { words, data, sprite, station, notice, refresh }) {
    Object.assign(this, { words, data, sprite, station, notice, refresh });
    this.list = root.querySelector("[data-results]");
    this.empty = root.querySelector("[data-results-empty]");
    this.looking = new Set(); // whose box is ticked but not sent yet
  }

  draw(jobs) {
    const made = jobs.filter((one) => one.kind === "redaction");
    const told = JSON.stringify([made, [...this.looking]]);
    if (told === this.told) return;
    this.told = told;
    const focused = document.activeElement?.closest?.("[data-result]")?.dataset.result;
    const key = document.activeElement?.dataset?.do;
    this.list.replaceChildren(...made.map((job) => this.row(job)));
    this.empty.hidden = made.length > 0;
    if (focused && key) this.list.querySelector(`[data-result="${focused}"] [data-do="${key}"]`)?.focus();
  }

  row(job) {
    const { words } = this;
    const at = new Date(job.created_at);
    const when = at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", hour12: false, timeZone: this.data.zone });
    const title = job.wanted.still !== null && job.wanted.still !== undefined ? `${words.still} ${clock(job.wanted.still)}` : this.data.kind === "photo" ? words.picture : words.film;
    const head = element("p", {}, element("b", {}, title), " ", element("span", { class: "mono soft" }, this.part(job)));
    const who = element("p", { class: "soft" }, `${job.by} · ${when}`);
    return element("li", { "data-result": job.number }, element("div", { class: "redact-result-head" }, head, this.chip(job)), who, ...this.rest(job));
  }

  part(job) {
    if (!job.wanted.range) return "";
    return `${clock(job.wanted.range[0])}–${clock(job.wanted.range[1])}`;
  }

  chip(job) {
    const { words } = this;
    const [tone, sign, text] =
      job.state === "failed" ? ["refused", "alert-triangle", words.failedShort]
      : job.state !== "done" ? ["waiting", "refresh", job.state === "queued" ? words.queued : `${words.making} ${Math.round(job.progress * 100)}%`]
      : job.looked ? ["used", "check", words.usable]
      : ["waiting", "eye", words.unseen];
    return element("span", { class: `status status-${tone}` }, icon(this.sprite, sign), text);
  }

  rest(job) {
    const { words, data } = this;
    const parts = [];
    if (job.state === "failed") parts.push(element("p", { class: "bad" }, job.failure_text || words.failed));
    if (job.state === "queued" || job.state === "running") {
      parts.push(element("progress", { max: "100", value: String(Math.round(job.progress * 100)), "aria-label": words.making }));
    }
    if (job.state === "done") {
      const { about } = job;
      const told = [words.checked.replace("{covered}", about.covered).replace("{frames}", about.frames)];
      if (Math.max(about.width, about.height) < Math.max(data.width, data.height) - 1) told.push(words.madeSmaller.replace("{size}", `${about.width} × ${about.height}`));
      parts.push(element("p", { class: "soft" }, told.join(" ")));
      if (job.looked) {
        const at = new Date(job.looked.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", hour12: false, timeZone: data.zone });
        parts.push(element("p", { class: "soft" }, words.lookedBy.replace("{name}", job.looked.by).replace("{at}", at)));
      } else if (data.mayExport) parts.push(this.confirm(job));
    }
    parts.push(this.acts(job));
    return parts;
  }

  confirm(job) {
    const { words } = this;
    const send = element("button", { type: "button", class: "button button-small", disabled: !this.looking.has(job.number), "data-do": "confirm", on: { click: () => this.send("PUT", job) } }, icon(this.sprite, "check"), words.markUsable);
    const tick = element("input", {
      type: "checkbox", "data-do": "tick", checked: this.looking.has(job.number),
      on: {
        change: (event) => {
          this.looking[event.target.checked ? "add" : "delete"](job.number);
          send.disabled = !event.target.checked;
        },
      },
    });
    const isFilm = job.about.frames > 1;
    return element("div", { class: "redact-confirm" }, element("label", { class: "choice" }, tick, element("span", {}, isFilm ? words.sawClip : words.sawPicture)), send);
  }

  acts(job) {
    const { words, data } = this;
    const line = element("p", { class: "redact-result-acts" });
    if (job.url) {
      line.append(
        element("a", { class: "quiet", href: job.url, target: "_blank", rel: "noopener", "data-do": "open" }, icon(this.sprite, "eye"), words.open),
        element("a", { class: "quiet", href: `${job.url}?download=1`, download: true, "data-do": "save" }, icon(this.sprite, "download"), words.download),
      );
    }
    if (!data.mayExport) return line;
    if (job.looked) line.append(this.act("withdraw", "arrow-back-up", words.withdraw, () => this.send("DELETE", job)));
    if (job.state === "failed") line.append(this.act("retry", "refresh", words.retry, () => this.again(job)));
    line.append(this.act("drop", "trash", job.state === "queued" || job.state === "running" ? words.cancel : words.removeResult, () => this.drop(job)));
    return line;
  }

  act(key, sign, text, act) {
    return element("button", { type: "button", class: "quiet", "data-do": key, on: { click: act } }, icon(this.sprite, sign), text);
  }

  async send(method, job) {
    const answer = await this.station.ask(method, `/redaction/jobs/${job.number}/looked`, method === "PUT" ? {} : undefined);
    if (!answer.ok) return this.notice(this.station.why(answer), { isFault: true });
    this.looking.delete(job.number);
    this.notice(method === "PUT" ? this.words.nowUsable : this.words.nowNot, { undo: () => this.send(method === "PUT" ? "DELETE" : "PUT", job) });
    return this.refresh();
  }

  async again(job) {
    const answer = await this.station.ask("POST", `/derivatives/${job.number}/retry`);
    if (!answer.ok) this.notice(this.station.why(answer), { isFault: true });
    return this.refresh();
  }

  async drop(job) {
    const answer = await this.station.ask("DELETE", `/derivatives/${job.number}`);
    if (!answer.ok) return this.notice(this.station.why(answer), { isFault: true });
    this.notice(this.words.gone, { undo: () => this.bring(job) });
    return this.refresh();
  }

  async bring(job) {
    const answer = await this.station.ask("POST", `/redaction/jobs/${job.number}/restore`);
    this.notice(answer.ok ? this.words.back : this.station.why(answer), { isFault: !answer.ok });
    return this.refresh();
  }
}

