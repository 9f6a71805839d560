// Maps of the desk: loaded by pages that show one, or when a panel with a map is opened. Fetches nothing from
// elsewhere, unless the operator named a map server.
import { startTrail } from "./parts/map_trail.js";
import { drawMap } from "./parts/map_view.js";

const maps = new Map();

function start() {
  for (const [box, view] of maps) {
    if (box.isConnected) continue;
    view.end();
    maps.delete(box);
  }
  for (const box of document.querySelectorAll("[data-map]")) {
    if (!maps.has(box)) maps.set(box, drawMap(box, JSON.parse(box.dataset.map)));
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
