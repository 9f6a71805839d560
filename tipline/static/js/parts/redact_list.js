// The boxes as a list beside the picture: from when to when each covers, where it comes from, what is not sure
// about it, and what can be done with it at the moment that is shown.
import { isOn } from "./redact_model.js";

const two = (number) => String(number).padStart(2, "0");

export function clock(seconds) {
  const tenths = Math.max(0, Math.round(seconds * 10));
  const whole = Math.floor(tenths / 10);
  const hours = Math.floor(whole / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}.${tenths % 10}`;
}

export function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") Object.entries(value).forEach(([event, act]) => made.addEventListener(event, act));
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== ""));
  return made;
}

export function icon(sprite, name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

// Where something lies in the film, as a stretch of a bar.
export function stretch(className, from, to, length) {
  const one = element("span", { class: className });
  const left = Math.min(Math.max(from / length, 0), 1);
  one.style.left = `${left * 100}%`;
  one.style.width = `${Math.max(0.004, Math.min(to / length, 1) - left) * 100}%`;
  return one;
}

// Where a followed box was lost, and why, in words; going back it is where it was first seen.
export function lostWords(words, lost, isBack) {
  const [said, why] = isBack ? [words.lostBack, words.whyBack] : [words.lost, words.why];
  return `${said.replace("{at}", clock(lost.t))} ${why[lost.why] || ""}`.trim();
}

export class List {
  constructor(root, { draft, words, data, sprite, now, seek, select, selected, acts }) {
    Object.assign(this, { root, draft, words, data, sprite, now, seek, select, selected, acts });
    this.rows = root.querySelector("[data-list]");
    this.empty = root.querySelector("[data-list-empty]");
    this.points = root.querySelector("[data-points]");
    this.count = root.querySelector("[data-count]");
    this.isDue = false;
    this.rows.addEventListener("focusout", () => this.isDue && setTimeout(() => this.draw()));
  }

  // A name that is being typed, and not in the draft yet.
  isNaming() {
    const field = document.activeElement;
    const track = field?.dataset?.do === "name" && this.draft.find(field.closest("[data-row]").dataset.row);
    return Boolean(track) && field.value.trim() !== track.label;
  }

  // Anew after every change; the focus stays where it is, and a name is typed to its end first.
  draw() {
    this.isDue = this.isNaming();
    if (this.isDue) return;
    const focused = document.activeElement?.closest?.("[data-row]");
    const [rowId, key] = [focused?.dataset.row, document.activeElement?.dataset?.do];
    const caret = document.activeElement?.selectionStart;
    const top = this.rows.scrollTop;
    this.rows.replaceChildren(...this.draft.tracks.map((track, at) => this.row(track, at)));
    this.rows.scrollTop = top;
    this.empty.hidden = this.draft.tracks.length > 0;
    this.count.textContent = String(this.draft.tracks.length);
    if (rowId && key) {
      const again = this.rows.querySelector(`[data-row="${rowId}"] [data-do="${key}"]`);
      again?.focus({ preventScroll: true });
      if (caret !== undefined && caret !== null && again?.setSelectionRange) again.setSelectionRange(caret, caret);
    }
    this.drawPoints();
    this.tick();
  }

  // Only what depends on the moment that is shown.
  tick() {
    const t = this.now();
    for (const row of this.rows.children) {
      const track = this.draft.find(row.dataset.row);
      if (track) row.classList.toggle("is-off", !isOn(track, t));
    }
  }

  row(track, at) {
    const { words, draft } = this;
    const isChosen = this.selected() === track.id;
    const name = element("input", {
      type: "text", class: "redact-name", maxlength: "60", value: track.label, placeholder: words[track.source], "data-do": "name",
      "aria-label": words.nameOf.replace("#", at + 1), autocomplete: "off",
      on: { change: (event) => draft.edit(track.id, (one) => (one.label = event.target.value.trim())) },
    });
    const go = element(
      "button",
      {
        type: "button", class: "redact-go", "data-do": "go", "aria-pressed": String(isChosen),
        "aria-label": words.goTo.replace("#", at + 1), on: { click: () => this.go(track) },
      },
      element("span", { class: "redact-number", "data-source": track.source }, String(at + 1)),
    );
    const line = element("div", { class: "redact-line" }, go, name, this.act("trash", words.remove, "remove", () => draft.remove(track.id), at));
    const parts = [line];
    if (this.data.isFilm) parts.push(this.bar(track), element("p", { class: "redact-when soft" }, this.when(track)));
    if (isChosen && this.data.isFilm) parts.push(this.tools(track));
    return element("li", { "data-row": track.id, class: isChosen ? "is-chosen" : "" }, ...parts);
  }

  go(track) {
    if (this.data.isFilm && !isOn(track, this.now())) this.seek(Math.max(track.start ?? 0, track.start === null ? 0 : track.boxes[0][0]));
    this.select(track.id, { focus: true });
  }

  when(track) {
    const { words } = this;
    if (track.start === null && track.end === null) return words.whole;
    const from = track.start === null ? words.fromStart : clock(track.start);
    const to = track.end === null ? words.toEnd : clock(track.end);
    return `${from} – ${to}`;
  }

  bar(track) {
    const length = this.data.duration || 1;
    const bar = element("div", { class: "redact-bar", "aria-hidden": "true" });
    bar.append(stretch(`redact-bar-on redact-${track.source}`, track.start ?? 0, track.end ?? length, length));
    for (const [from, to] of track.bridged) bar.append(stretch("redact-bar-gap", from, to, length));
    return bar;
  }

  tools(track) {
    const { words, draft } = this;
    const t = () => this.now();
    const buttons = [
      this.tool("follow", "route", words.followHere, () => this.acts.follow(track), this.acts.isFollowing(track.id) || !this.data.hasFrames),
      this.tool("follow-back", "arrow-bar-left", words.followBack, () => this.acts.follow(track, true), this.acts.isFollowing(track.id) || !this.data.hasFrames),
      this.tool("start", "arrow-bar-to-left", words.startsHere, () => draft.startsAt(track.id, t())),
      this.tool("end", "arrow-bar-to-right", words.endsHere, () => draft.endsAt(track.id, t())),
      this.tool("split", "cut", words.split, () => {
        const rest = draft.split(track.id, t());
        if (rest) this.select(rest.id, { focus: true });
      }),
      this.tool("key", "key-off", words.dropKey, () => draft.dropKey(track.id, t())),
      this.tool("whole", "arrows-horizontal", words.wholeFilm, () => draft.edit(track.id, (one) => Object.assign(one, { start: null, end: null, lost: null, lost_back: null }))),
    ];
    const note = this.acts.isFollowing(track.id) ? element("p", { class: "soft", role: "status" }, words.following) : null;
    return element("div", { class: "redact-tools" }, ...buttons, note ?? "");
  }

  tool(key, sign, text, act, isOff = false) {
    return element("button", { type: "button", class: "button button-small", "data-do": key, disabled: isOff, on: { click: act } }, icon(this.sprite, sign), text);
  }

  act(sign, text, key, act, at) {
    return element("button", { type: "button", class: "redact-icon", "data-do": key, title: text, "aria-label": `${text} ${at + 1}`, on: { click: act } }, icon(this.sprite, sign));
  }

  // Moments at which a cover rests on a guess: somebody should look there.
  drawPoints() {
    const { words } = this;
    const found = [];
    this.draft.tracks.forEach((track, at) => {
      const which = words.box.replace("#", at + 1);
      for (const [from, to] of track.bridged) {
        found.push([from, `${which}: ${words.bridged.replace("{from}", clock(from)).replace("{to}", clock(to))}`]);
      }
      if (track.lost) found.push([track.lost.t, `${which}: ${lostWords(words, track.lost, false)}`]);
      if (track.lost_back) found.push([track.lost_back.t, `${which}: ${lostWords(words, track.lost_back, true)}`]);
    });
    for (const one of this.acts.unsearched()) found.push(one);
    found.sort((a, b) => a[0] - b[0]);
    this.points.hidden = found.length === 0;
    const list = this.points.querySelector("ul");
    list.replaceChildren(
      ...found.slice(0, 60).map(([t, text]) =>
        element("li", {}, element("button", { type: "button", class: "quiet", on: { click: () => this.seek(t) } }, icon(this.sprite, "alert-triangle"), element("span", {}, text))),
      ),
    );
    this.points.querySelector("[data-points-count]").textContent = String(found.length);
  }
}
