// How one file looks in the list: name, size, bar, words, buttons. Knows nothing of sending.
import { say, saySize } from "./report_words.js";

const TONES = {
  done: "used", differs: "refused", failed: "refused", refused: "refused", cut: "waiting", held: "waiting", lost: "waiting",
};
const ACTS = {
  waiting: ["pause", "remove"],
  sending: ["pause", "remove"],
  retrying: ["pause", "remove"],
  held: ["retry", "remove"],
  cut: ["retry", "remove"],
  paused: ["resume", "remove"],
  failed: ["retry", "remove"],
  lost: ["choose", "remove"],
  refused: ["remove"],
};
const WITHOUT_BAR = ["done", "differs", "refused"];

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export class Row {
  // `acts` holds pause, resume, retry, remove and again, each called without arguments, and choose(file).
  constructor(item, acts) {
    this.element = make("li", "file");
    const head = make("p", "file-head");
    const name = make("span", "file-name");
    name.append(make("bdi", "", item.name));
    if (item.purpose === "clock") this.purpose = name.appendChild(make("span", "file-purpose"));
    head.append(name, make("span", "file-size", saySize(item.size)));
    this.bar = make("progress");
    this.bar.max = item.size || 1;
    this.bar.setAttribute("aria-label", item.name);
    this.words = make("p", "file-state");
    this.buttons = make("div", "file-buttons");
    this.element.append(head, this.bar, this.words, this.buttons);
    this.acts = acts;
    this.shown = null;
  }

  show(item, text) {
    this.bar.value = item.sent;
    this.bar.hidden = WITHOUT_BAR.includes(item.state);
    if (this.purpose) this.purpose.textContent = say("for_clock");
    const tone = TONES[item.state];
    this.words.textContent = "";
    this.words.append(make("span", tone ? "status status-" + tone : "", text));
    this.element.dataset.state = item.state;
    this.offer(item);
  }

  // The words have changed: make the buttons anew.
  forget() { this.shown = null; }

  // Buttons are made anew only when others are needed, so that a finger or the focus does not lose them.
  offer(item) {
    const wanted = item.state === "differs" ? [item.file ? "again" : "choose"] : ACTS[item.state] || [];
    const key = wanted.join(" ");
    if (key === this.shown) return;
    this.shown = key;
    this.buttons.textContent = "";
    this.buttons.hidden = wanted.length === 0;
    for (const act of wanted) this.buttons.append(act === "choose" ? this.chooser(item) : this.button(act, item));
  }

  button(act, item) {
    const button = make("button", "button button-quiet", say(act));
    button.type = "button";
    button.setAttribute("aria-label", say(act) + ": " + item.name);
    button.addEventListener("click", () => this.acts[act]());
    return button;
  }

  // The file itself is picked right here; any kind, for a list of kinds would hide a recorder's own.
  chooser(item) {
    const label = make("label", "button button-quiet file-choose", say("choose"));
    const input = make("input");
    input.type = "file";
    input.setAttribute("aria-label", say("choose") + ": " + item.name);
    input.addEventListener("change", () => { if (input.files[0]) this.acts.choose(input.files[0]); input.value = ""; });
    label.append(input);
    return label;
  }
}
