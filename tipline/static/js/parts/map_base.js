// What lies beneath: the station's map file, a map server, or a plain grid in true distances.
import { leafletLayer } from "protomaps-leaflet";
import { L } from "./map_leaflet.js";

const DEEPEST = 19;
const GRID_PX = 256;
const isDark = () => window.matchMedia("(prefers-color-scheme: dark)").matches;

// Squares drawn by the style sheet.
const Grid = L.GridLayer.extend({
  createTile() {
    const tile = document.createElement("div");
    tile.className = "map-grid";
    return tile;
  },
});

const grid = () => new Grid({ tileSize: GRID_PX, maxZoom: DEEPEST });

export function layBase(map, base, onLost) {
  if (base.kind === "xyz") {
    const tiles = L.tileLayer(base.url, { maxZoom: DEEPEST, attribution: plain(base.attribution), className: "map-tiles" });
    let isLost = false;
    tiles.on("tileerror", () => {
      if (isLost) return;
      isLost = true;
      grid().addTo(map);
      onLost();
    });
    return tiles.addTo(map);
  }
  if (base.kind === "pmtiles") {
    const layer = () =>
      leafletLayer({
        url: base.url, flavor: isDark() ? "dark" : "light", lang: base.language, maxZoom: DEEPEST, maxDataZoom: base.deepest,
        attribution: plain(base.attribution),
      });
    let laid = layer().addTo(map);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener?.("change", () => {
      laid.remove();
      laid = layer().addTo(map);
    });
    return laid;
  }
  return grid().addTo(map);
}

// Leaflet puts it into the page as markup; it is the operator's words, so nothing of them may become markup.
function plain(words) {
  const span = document.createElement("span");
  span.textContent = words;
  return span.innerHTML;
}
