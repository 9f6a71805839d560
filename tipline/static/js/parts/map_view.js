// One map: beats with their names, places as numbered pins with how far off they may be, a path in order of time.
import { layBase } from "./map_base.js";
import { steer } from "./map_keys.js";
import { L } from "./map_leaflet.js";
import { kept, shown } from "./map_systems.js";

const CLOSE_ZOOM = 17;
const CHINA = [[20, 80], [50, 125]];
const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function element(kind, className, text = "") {
  const made = document.createElement(kind);
  made.className = className;
  made.textContent = text;
  return made;
}

function icon(className, text) {
  return L.divIcon({ className: "map-icon", html: element("span", className, text), iconSize: [30, 30] });
}

class View {
  constructor(box, spec, options) {
    this.box = box;
    this.spec = spec;
    this.system = spec.base.system;
    this.pins = new Map();
    this.bounds = L.latLngBounds([]);
    this.map = L.map(box, {
      keyboard: false, zoomControl: false, zoomSnap: 0.5, maxZoom: 19, minZoom: 3, worldCopyJump: true,
      zoomAnimation: !isCalm(), fadeAnimation: !isCalm(), markerZoomAnimation: !isCalm(), inertia: !isCalm(), ...options,
    });
    this.map.attributionControl.setPrefix(false);
    L.control.zoom({ zoomInTitle: spec.words.zoomIn, zoomOutTitle: spec.words.zoomOut }).addTo(this.map);
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(this.map);
    this.map.fitBounds(CHINA);
    // Names of beats lie over their areas and beneath the pins.
    this.map.createPane("beatNames").style.zIndex = "450";
    layBase(this.map, spec.base, () => this.say(spec.words.lost));
    this.places = L.featureGroup().addTo(this.map);
    this.drawPoints(spec.points);
    if (spec.path) this.drawPath(spec.points);
    if (spec.shapes) this.drawShapes(spec.shapes);
    else if (spec.beats) this.fetchShapes(spec.beats);
    this.allowPicking(spec.pick);
    this.watchSize();
    this.fit();
    box.dataset.ready = "1";
  }

  at(point) {
    return L.latLng(shown(point.lat, point.lon, this.system));
  }

  // --- what is drawn

  drawPoints(points) {
    const same = new Map();
    for (const point of points) {
      const key = `${point.lat.toFixed(5)} ${point.lon.toFixed(5)}`;
      same.set(key, [...(same.get(key) || []), point]);
    }
    for (const group of same.values()) this.drawPin(group);
  }

  drawPin(group) {
    const [first] = group;
    const at = this.at(first);
    // Where a surer source tells the same place, nothing is left to doubt.
    const radius = Math.min(...group.map((one) => one.radius));
    if (radius) {
      L.circle(at, { radius, className: `map-doubt map-doubt-${first.kind}`, interactive: false }).addTo(this.map);
      this.bounds.extend(at.toBounds(radius * 2));
    }
    const numbers = group.map((one) => one.number).filter(Boolean).join(" ");
    const pin = L.marker(at, { icon: icon(`map-pin map-pin-${first.kind}`, numbers), riseOnHover: true }).addTo(this.places);
    const words = group.map((one) => one.label).join(" · ");
    pin.bindTooltip(element("span", "", words), { direction: "top", offset: [0, -14] });
    pin.getElement().setAttribute("aria-label", words);
    pin.on("click keypress", (event) => {
      if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
      this.choose(group[0].key);
    });
    for (const one of group) this.pins.set(one.key, pin);
    this.bounds.extend(at);
  }

  drawPath(points) {
    const stops = points.filter((one) => one.kind === "stop").map((one) => this.at(one));
    L.polyline(stops, { className: "map-path", interactive: false }).addTo(this.map);
    for (let n = 1; n < stops.length; n += 1) this.drawArrow(stops[n - 1], stops[n]);
  }

  // Which way it went, in the middle of each leg.
  drawArrow(from, to) {
    const [a, b] = [this.map.project(from, CLOSE_ZOOM), this.map.project(to, CLOSE_ZOOM)];
    if (a.distanceTo(b) < 12) return;
    const middle = this.map.unproject(a.add(b).divideBy(2), CLOSE_ZOOM);
    const head = element("span", "map-arrow");
    head.style.transform = `rotate(${Math.atan2(b.y - a.y, b.x - a.x)}rad)`;
    const at = L.divIcon({ className: "map-icon map-icon-arrow", html: head, iconSize: [16, 16] });
    L.marker(middle, { icon: at, interactive: false, keyboard: false }).addTo(this.map);
  }

  fetchShapes(url) {
    fetch(url, { credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((told) => told && this.drawShapes(told))
      .catch(() => {}); // without borders the places are still right
  }

  drawShapes(told) {
    const layer = L.geoJSON(told, {
      interactive: false,
      coordsToLatLng: ([lon, lat]) => L.latLng(shown(lat, lon, this.system)),
      style: (feature) => ({ className: `map-beat map-beat-${feature.properties.state || "kept"}` }),
      onEachFeature: (feature, area) => {
        const name = element("span", "", feature.properties.name || feature.properties.code || "");
        area.bindTooltip(name, { permanent: true, direction: "center", className: "map-beat-name", pane: "beatNames" });
      },
    });
    layer.addTo(this.map);
    layer.bringToBack();
    this.shapes = layer.getBounds();
    if (!this.bounds.isValid() || this.spec.shapes) this.fit();
  }

  // --- what people do

  choose(key) {
    this.box.dispatchEvent(new CustomEvent("map:choose", { bubbles: true, detail: key }));
    document.querySelector(`[data-place="${CSS.escape(key)}"]`)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.mark(key);
  }

  show(key) {
    const pin = this.pins.get(key);
    if (!pin) return;
    this.map.setView(pin.getLatLng(), Math.max(this.map.getZoom(), 15), { animate: !isCalm() });
    this.mark(key);
  }

  mark(key) {
    for (const pin of this.pins.values()) pin.getElement()?.classList.remove("is-here");
    this.pins.get(key)?.getElement()?.classList.add("is-here");
    for (const row of document.querySelectorAll("[data-place]")) row.classList.toggle("is-here", row.dataset.place === key);
  }

  allowPicking(id) {
    const form = id && document.getElementById(id);
    const pick = form && ((at) => this.pick(form, at));
    if (pick) {
      this.box.classList.add("is-picking");
      this.map.on("click", (event) => pick(event.latlng));
    }
    steer(this.map, this.box, pick);
  }

  pick(form, at) {
    const [lat, lon] = kept(at.lat, at.lng, this.system);
    const words = `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
    for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    form.elements.position.value = words;
    if (form.elements.system) form.elements.system.value = "wgs84";
    form.elements.position.dispatchEvent(new Event("input", { bubbles: true }));
    if (!this.picked) this.picked = L.marker(at, { icon: icon("map-pin map-pin-picked", ""), interactive: false, keyboard: false }).addTo(this.map);
    this.picked.setLatLng(at);
    this.say(this.spec.words.picked.replace("#", words));
  }

  say(words) {
    const line = this.box.closest(".map-box")?.querySelector("[data-map-words]");
    if (line) line.textContent = words;
  }

  // --- its size

  fit() {
    this.map.invalidateSize({ animate: false });
    const bounds = this.bounds.isValid() ? this.bounds : this.shapes;
    if (!bounds || !bounds.isValid()) return;
    const alone = bounds.getNorthEast().distanceTo(bounds.getSouthWest()) < 5;
    if (alone) this.map.setView(bounds.getCenter(), 16, { animate: false });
    else this.map.fitBounds(bounds, { padding: [34, 34], maxZoom: CLOSE_ZOOM, animate: false });
  }

  watchSize() {
    if (!window.ResizeObserver) return;
    this.watcher = new ResizeObserver(() => this.map.invalidateSize({ animate: false }));
    this.watcher.observe(this.box);
    window.addEventListener("beforeprint", () => this.fit());
  }

  end() {
    this.say("");
    this.watcher?.disconnect();
    this.map.remove();
  }
}

export function drawMap(box, spec, options = {}) {
  return new View(box, spec, options);
}
