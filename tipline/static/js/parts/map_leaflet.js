// Leaflet under the name that protomaps-leaflet looks for; it must be there before that is used.
import * as L from "leaflet";

window.L = L;
export { L };
