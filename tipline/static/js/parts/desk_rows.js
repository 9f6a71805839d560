// Where one stands in a list and which rows are ticked. Both are the page's own and are kept here, not in the rows:
// an answer draws rows anew at any moment, and a key pressed before they are marked again must not lose its row.
const own = { here: null, hereId: "", picked: new Set() };

export const rows = () => [...document.querySelectorAll("[data-rows] > *")];
export const box = (row) => row?.querySelector("[data-pick]");
export const picked = () => rows().filter((row) => box(row) && own.picked.has(row.id));

export function here() {
  const row = own.hereId ? document.getElementById(own.hereId) : own.here;
  return row?.isConnected && row.parentElement.matches("[data-rows]") ? row : null;
}

function mark(row) {
  row.classList.toggle("is-here", row === here());
  if (!box(row)) return;
  box(row).checked = own.picked.has(row.id);
  row.classList.toggle("is-picked", box(row).checked);
}

export function tick(many, on) {
  for (const row of many.filter(box)) {
    if (on) own.picked.add(row.id);
    else own.picked.delete(row.id);
  }
  rows().forEach(mark);
}

export function standOn(row) {
  if (!row) return;
  own.here = row;
  own.hereId = row.id;
  rows().forEach(mark);
  (row.querySelector(".row-link") || row.querySelector("a"))?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

// Rows that an answer or the list's next page has drawn.
function redrawn({ target }) {
  const row = target.closest?.("[data-rows] > *");
  if (row) mark(row);
  else rows().forEach(mark);
}

// A tick does not outlast its row: what another filter hides is not meant by the next act.
function forgetGone() {
  const there = new Set(rows().map((row) => row.id));
  for (const id of own.picked) if (!there.has(id)) own.picked.delete(id);
}

export function startRows() {
  document.addEventListener("htmx:after:settle", redrawn);
  document.addEventListener("htmx:after:swap", forgetGone);
}
