// Draws one beat's border: corners are dragged, added between two, taken away by a click; each step can be taken back.
import Leaflet from "leaflet";
import { crossing, geometry, polygonsOf } from "./border_rings.js";
import { L } from "./map_leaflet.js";
import { kept, shown } from "./map_systems.js";
import { drawMap } from "./map_view.js";

const DIGITS = 6;
const isCoarse = () => window.matchMedia("(pointer: coarse)").matches;

class Border {
  constructor(box) {
    this.words = JSON.parse(box.dataset.words);
    this.form = document.getElementById(box.dataset.border);
    this.field = this.form.elements.geometry;
    this.view = drawMap(box, JSON.parse(box.dataset.shown), { editable: true });
    this.map = this.view.map;
    this.system = this.view.system;
    this.layers = L.featureGroup().addTo(this.map);
    this.steps = [];
    this.before = this.field.value;
    this.draw(this.read());
    if (this.layers.getLayers().length) this.map.fitBounds(this.layers.getBounds(), { padding: [40, 40], animate: false });
    this.listen();
    this.check();
  }

  // --- between form and map

  read() {
    try {
      return polygonsOf(JSON.parse(this.field.value || "null"));
    } catch {
      return [];
    }
  }

  draw(polygons) {
    this.map.editTools.stopDrawing();
    this.layers.clearLayers();
    this.map.editTools.editLayer.clearLayers();
    this.map.editTools.featuresLayer.clearLayers();
    const at = ([lon, lat]) => L.latLng(shown(lat, lon, this.system));
    for (const rings of polygons) this.add(L.polygon(rings.map((ring) => ring.map(at)), { className: "map-border" }));
  }

  add(layer) {
    layer.addTo(this.layers);
    layer.enableEdit(this.map);
  }

  polygons() {
    const told = ({ lat, lng }) => kept(lat, lng, this.system).map((one) => Number(one.toFixed(DIGITS))).reverse();
    return this.layers.getLayers()
      .map((layer) => layer.getLatLngs().filter((ring) => ring.length > 2).map((ring) => ring.map(told)))
      .filter((rings) => rings.length);
  }

  // --- what people do

  listen() {
    this.map.on("editable:drawing:commit", ({ layer }) => {
      if (!this.layers.hasLayer(layer)) this.layers.addLayer(layer);
      this.changed();
    });
    this.map.on("editable:vertex:dragend editable:vertex:deleted editable:dragend", () => this.changed());
    this.map.on("editable:drawing:end", () => this.showStage());
    this.map.on("editable:drawing:start", () => this.showStage());
    for (const button of document.querySelectorAll("[data-border-act]")) {
      button.addEventListener("click", () => this[button.dataset.borderAct]());
    }
    this.map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.undoDrawing();
    });
    this.field.addEventListener("change", () => {
      this.keepStep();
      this.draw(this.read());
      this.check();
    });
  }

  newArea() {
    this.stopHole();
    this.map.editTools.stopDrawing();
    this.map.editTools.startPolygon(null, { className: "map-border" });
    this.view.say(this.words.drawing);
  }

  undoDrawing() {
    this.stopHole();
    if (!this.map.editTools.drawing()) return;
    this.draw(this.read());
    this.check();
  }

  // The next click inside an area is the hole's first corner.
  hole() {
    this.map.editTools.stopDrawing();
    this.map.off("click", this.beginHole, this).on("click", this.beginHole, this);
    this.map.getContainer().classList.add("leaflet-editable-drawing");
    this.view.say(this.words.hole);
  }

  beginHole({ latlng }) {
    const layer = this.layers.getLayers().find((one) => one.shapeAt(latlng));
    if (!layer) return;
    this.stopHole();
    layer.editor.newHole(latlng);
    this.view.say(this.words.drawing);
  }

  stopHole() {
    this.map.off("click", this.beginHole, this);
    this.map.getContainer().classList.remove("leaflet-editable-drawing");
  }

  undo() {
    if (this.map.editTools.drawing()) return this.undoDrawing();
    this.stopHole();
    if (!this.steps.length) return;
    this.before = this.field.value = this.steps.pop();
    this.draw(this.read());
    this.check();
  }

  clear() {
    this.draw([]);
    this.changed();
  }

  // --- after a step

  // What stood before the form changed can be gone back to.
  keepStep() {
    if (this.before !== this.field.value) this.steps.push(this.before);
    this.before = this.field.value;
  }

  changed() {
    const told = geometry(this.polygons());
    this.field.value = told ? JSON.stringify(told) : "";
    this.keepStep();
    this.check();
  }

  check() {
    const found = crossing(this.polygons());
    this.mark?.remove();
    this.mark = null;
    this.form.querySelector("[data-border-save]").disabled = Boolean(found);
    if (found) {
      const at = L.latLng(shown(found[1], found[0], this.system));
      const sign = L.divIcon({ className: "map-icon", html: '<span class="map-cross" aria-hidden="true"></span>', iconSize: [34, 34] });
      this.mark = L.marker(at, { icon: sign, interactive: false, keyboard: false }).addTo(this.map);
      this.view.say(this.words.crossing.replace("#", `${found[1].toFixed(5)}, ${found[0].toFixed(5)}`));
    } else {
      const corners = this.polygons().reduce((sum, rings) => sum + rings.reduce((n, ring) => n + ring.length, 0), 0);
      this.view.say(corners ? this.words.corners.replace("#", corners) : this.words.empty);
    }
    this.showStage();
  }

  showStage() {
    const isDrawn = this.layers.getLayers().length > 0;
    document.querySelector('[data-border-act="hole"]').disabled = !isDrawn;
    document.querySelector('[data-border-act="clear"]').disabled = !isDrawn;
    document.querySelector('[data-border-act="undo"]').disabled = !this.steps.length && !this.map.editTools.drawing();
  }
}

export function startBorder(box) {
  const size = isCoarse() ? 30 : 16;
  for (const kind of [Leaflet.Editable.VertexIcon, Leaflet.Editable.TouchVertexIcon]) {
    kind.mergeOptions({ iconSize: new L.Point(size, size) });
  }
  // Whoever works by keyboard changes the text below: dozens of nameless corners to tab through are no help.
  for (const kind of [Leaflet.Editable.VertexMarker, Leaflet.Editable.MiddleMarker]) kind.mergeOptions({ keyboard: false });
  return new Border(box);
}
