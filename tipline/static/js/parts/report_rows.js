// How one file looks in the list: name, size, bar, words, buttons. Knows nothing of sending.
import { say, saySize } from "./report_words.js";

const TONES = { done: "used", differs: "refused", failed: "refused", refused: "refused", cut: "waiting", lost: "waiting" };

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export class Row {
  // `acts` holds pause, resume, retry and remove; each is called without arguments.
  constructor(item, acts) {
    this.element = make("li", "file");
    const head = make("p", "file-head");
    const name = make("span", "file-name");
    name.append(make("bdi", "", item.name));
    head.append(name, make("span", "file-size", saySize(item.size)));
    this.bar = make("progress");
    this.bar.max = item.size || 1;
    this.bar.setAttribute("aria-label", item.name);
    this.words = make("p", "file-state");
    this.buttons = make("div", "file-buttons");
    this.element.append(head, this.bar, this.words, this.buttons);
    this.acts = acts;
    this.shown = "";
  }

  show(item, text) {
    this.bar.value = item.sent;
    this.bar.hidden = item.state === "done" || item.state === "differs" || item.state === "refused";
    const tone = TONES[item.state];
    const words = make("span", tone ? "status status-" + tone : "", text);
    this.words.replaceChildren ? this.words.replaceChildren(words) : this.replaceWords(words);
    this.element.dataset.state = item.state;
    this.offer(item);
  }

  replaceWords(words) {
    this.words.textContent = "";
    this.words.append(words);
  }

  // The words have changed: make the buttons anew.
  forget() { this.shown = ""; }

  // Buttons are made anew only when others are needed, so that a finger or the focus does not lose them.
  offer(item) {
    const wanted = {
      waiting: ["pause", "remove"],
      preparing: ["remove"],
      sending: ["pause", "remove"],
      retrying: ["pause", "remove"],
      cut: ["retry", "remove"],
      paused: ["resume", "remove"],
      failed: ["retry", "remove"],
      lost: ["remove"],
      refused: ["remove"],
    }[item.state] || [];
    const key = wanted.join(" ");
    if (key === this.shown) return;
    this.shown = key;
    this.buttons.textContent = "";
    this.buttons.hidden = wanted.length === 0;
    for (const act of wanted) {
      const button = make("button", "button button-quiet", say(act));
      button.type = "button";
      button.setAttribute("aria-label", say(act) + ": " + item.name);
      button.addEventListener("click", () => this.acts[act]());
      this.buttons.append(button);
    }
  }
}
