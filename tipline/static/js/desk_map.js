// Maps of the desk: loaded by pages that show one, or when a panel with a map is opened. Fetches nothing from
// elsewhere, unless the operator named a map server.
import { startTrail } from "./parts/map_trail.js";
import { drawMap } from "./parts/map_view.js";

const maps = new Map();

// What a map shows stands in it, or in an element beside it that is drawn anew after an act.
const told = (box) => box.dataset.map || document.getElementById(box.dataset.mapFrom)?.dataset.mapData || "";

function start() {
  for (const [box, view] of maps) {
    if (box.isConnected && view.told === told(box)) continue;
    view.end();
    maps.delete(box);
  }
  for (const box of document.querySelectorAll("[data-map], [data-map-from]")) {
    const says = told(box);
    // Folded away it has no size to draw into.
    if (maps.has(box) || !says || !box.offsetWidth) continue;
    maps.set(box, Object.assign(drawMap(box, JSON.parse(says)), { told: says }));
  }
}

// A row of the list beside a map shows its place on it.
document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-place]");
  if (!row) return;
  for (const view of maps.values()) view.show(row.dataset.place);
});
document.addEventListener("htmx:after:swap", start);
// Sent by whoever opens a panel that was folded: a map in it has no size before.
document.addEventListener("map:open", () => {
  start();
  for (const view of maps.values()) view.fit();
});
start();
startTrail((key) => {
  for (const view of maps.values()) view.show(key);
});
