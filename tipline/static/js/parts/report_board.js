// What is seen of the list of files as a whole: buttons to choose, how far all are, a row for each. Sends nothing.
import { makePicks } from "./report_picks.js";
import { tellOf, tellOfAll } from "./report_telling.js";

const TEXT_MS = 1000;
const STATUS_MS = 5000;

function make(name, className) {
  const element = document.createElement(name);
  if (className) element.className = className;
  return element;
}

export class Board {
  constructor(onFiles) {
    this.onFiles = onFiles;
    this.root = make("div", "uploads");
    this.picks = makePicks(onFiles);
    this.total = make("div", "total");
    this.totalBar = make("progress");
    this.totalText = make("p");
    this.totalText.setAttribute("aria-hidden", "true");
    // The same words for those who listen, at a pace one can listen to.
    this.spoken = make("p", "visually-hidden");
    this.spoken.setAttribute("role", "status");
    this.totalBar.setAttribute("aria-hidden", "true");
    this.total.append(this.totalText, this.spoken, this.totalBar);
    this.rows = make("ul", "rows");
    this.root.append(this.picks.element, this.total, this.rows);
    this.saidAt = 0;
    this.shownAt = 0;
  }

  // Take the place of the plain form on a page; pages may change their language under the list.
  settle(place, items) {
    this.root.dataset.mode = place.dataset.uploads;
    place.replaceWith(this.root);
    const tongue = document.documentElement.lang;
    if (this.tongue && this.tongue !== tongue) {
      const picks = makePicks(this.onFiles);
      this.picks.element.replaceWith(picks.element);
      this.picks = picks;
      items.forEach((item) => item.row.forget());
    }
    this.tongue = tongue;
  }

  add(row, before) {
    if (before) before.replaceWith(row.element);
    else this.rows.append(row.element);
  }

  show(items, moving, atOnce) {
    const now = Date.now();
    if (!atOnce && now - this.shownAt < TEXT_MS) {
      if (moving) moving.row.bar.value = moving.sent;
      return;
    }
    this.shownAt = now;
    items.forEach((item) => item.row.show(item, tellOf(item, now)));
    this.showTotal(items, now);
  }

  showTotal(items, now) {
    const { text, isDone, size, sent, key } = tellOfAll(items);
    const isCompact = this.root.dataset.mode === "compact";
    const counted = items.filter((item) => item.state !== "refused");
    this.total.hidden = counted.length === 0 || (isDone && !counted.some((item) => item.print));
    this.root.hidden = isCompact && items.length === 0;
    // Where one only reads on, files are picked again in their own rows but no new ones.
    this.picks.element.hidden = isCompact;
    this.picks.again(items.length > 0);
    this.totalBar.max = size || 1;
    this.totalBar.value = sent;
    this.totalBar.hidden = isDone;
    this.totalText.textContent = text;
    if (this.spoken.textContent === text || (key === this.saidKey && now - this.saidAt < STATUS_MS)) return;
    this.saidKey = key;
    this.saidAt = now;
    this.spoken.textContent = text;
  }
}
