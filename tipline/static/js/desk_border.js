// The border of one beat, drawn and changed on the map. What stands on the map stands in the form too, as GeoJSON;
// without a script that text is what somebody changes.
import "leaflet-editable"; // before anything names Leaflet for all: it would take it for a second one
import { startBorder } from "./parts/map_border.js";

for (const box of document.querySelectorAll("[data-border]")) startBorder(box);
