// Which papers somebody has: kept on this device alone, until they leave quickly. Nothing of it is sent.
const NAME = "tipline-ticks-";

export function keepTicks(main) {
  for (const list of main.querySelectorAll("[data-ticks]")) {
    const name = NAME + list.dataset.ticks;
    const had = recall(name);
    const boxes = Array.from(list.querySelectorAll("[data-tick]"));
    for (const box of boxes) box.checked = had.indexOf(box.dataset.tick) >= 0;
    list.addEventListener("change", () => keep(name, boxes.filter((box) => box.checked).map((box) => box.dataset.tick)));
  }
}

function recall(name) {
  try { return JSON.parse(localStorage.getItem(name)) || []; } catch (fault) { return []; }
}

function keep(name, ticked) {
  try { localStorage.setItem(name, JSON.stringify(ticked)); } catch (fault) { /* private mode keeps nothing */ }
}
