// Adjustments for looking: brightness, contrast, gamma, invert, one field of an interlaced picture. They change the
// view alone, by a filter drawn into the page, and the page says so for as long as one is on.

const SVG = "http://www.w3.org/2000/svg";
const USUAL = { brightness: 0, contrast: 100, gamma: 100 };
const fields = new WeakMap();

function chosen(panel) {
  const values = {};
  for (const one of panel.querySelectorAll("[data-adjust]")) values[one.dataset.adjust] = one.type === "checkbox" ? one.checked : one.value;
  return values;
}

const isUsual = (values) =>
  Object.entries(USUAL).every(([name, usual]) => Number(values[name]) === usual) && !values.invert && !values.field;

function element(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Contrast turns around the middle grey; gamma bends what that gives.
function steps(values) {
  const slope = Number(values.contrast) / 100;
  const intercept = Number(values.brightness) / 100 + 0.5 - 0.5 * slope;
  const of = (attributes) => element("feComponentTransfer", {}, ...["R", "G", "B"].map((one) => element(`feFunc${one}`, attributes)));
  const found = [of({ type: "linear", slope, intercept }), of({ type: "gamma", exponent: 100 / Number(values.gamma), amplitude: 1, offset: 0 })];
  if (values.invert) found.push(of({ type: "table", tableValues: "1 0" }));
  return found;
}

function filterOf(panel) {
  const id = `${panel.id}-filter`;
  let filter = document.getElementById(id);
  if (!filter) {
    const drawing = element("svg", { class: "visually-hidden", "aria-hidden": "true", width: 0, height: 0 });
    filter = element("filter", { id, "color-interpolation-filters": "sRGB", x: 0, y: 0, width: 1, height: 1 });
    drawing.append(filter);
    document.body.append(drawing);
  }
  return filter;
}

// One field of an interlaced picture: every second line, drawn over the player and stretched by it.
function showField(screen, field) {
  const video = screen.querySelector("video");
  let canvas = screen.querySelector("canvas[data-field]");
  if (!video || field === "") {
    canvas?.remove();
    if (video) fields.delete(video);
    return null;
  }
  if (!canvas) {
    canvas = document.createElement("canvas");
    canvas.dataset.field = "";
    screen.append(canvas);
  }
  const isDrawn = fields.has(video);
  fields.set(video, Number(field));
  drawField(video, canvas);
  // One chain of frames a film, however often the sliders move.
  if (!isDrawn) followFrames(video, canvas);
  return canvas;
}

function followFrames(video, canvas) {
  const again = () => {
    if (!canvas.isConnected || !fields.has(video)) return;
    drawField(video, canvas);
    followFrames(video, canvas);
  };
  if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(again);
  else requestAnimationFrame(again);
}

function drawField(video, canvas) {
  const { videoWidth: width, videoHeight: height } = video;
  if (width) {
    const half = Math.floor(height / 2);
    if (canvas.width !== width || canvas.height !== half) Object.assign(canvas, { width, height: half });
    canvas.style.aspectRatio = `${width} / ${height}`;
    const pen = canvas.getContext("2d");
    pen.imageSmoothingEnabled = false;
    // Half a line up or down decides which of two lines the nearest one is.
    pen.drawImage(video, 0, fields.get(video) ? 0 : -0.5, width, half);
  }
}

export function applyLook(file) {
  const panel = file?.querySelector("[data-look]");
  const screen = file?.querySelector(".stage-screen");
  if (!panel || !screen) return;
  const values = chosen(panel);
  // A page that redraws itself meanwhile leaves the view alone.
  file.querySelector("[data-stage]").setAttribute("hx-morph-skip", "");
  const isPlain = isUsual(values);
  const filter = filterOf(panel);
  filter.replaceChildren(...steps(values));
  showField(screen, values.field || "");
  for (const one of screen.querySelectorAll("video, img, canvas")) one.style.filter = isPlain ? "" : `url("#${filter.id}")`;
  file.classList.toggle("is-adjusted", !isPlain);
  const note = file.querySelector("[data-adjusted]");
  if (note) note.hidden = isPlain;
}

export function resetLook(file) {
  const panel = file?.querySelector("[data-look]");
  if (!panel || !file.classList.contains("is-adjusted")) return false;
  for (const one of panel.querySelectorAll("[data-adjust]")) {
    if (one.type === "checkbox") one.checked = false;
    else one.value = USUAL[one.dataset.adjust] ?? "";
  }
  applyLook(file);
  return true;
}

export function startLooks() {
  document.addEventListener("click", (event) => {
    const file = event.target.closest?.("[data-file]");
    const open = event.target.closest?.("[data-look-open]");
    if (open) {
      const panel = file.querySelector("[data-look]");
      panel.hidden = !panel.hidden;
      open.setAttribute("aria-expanded", String(!panel.hidden));
      if (!panel.hidden) panel.querySelector("input").focus();
    }
    if (event.target.closest?.("[data-look-reset]")) resetLook(file);
  });
  document.addEventListener("input", (event) => {
    if (event.target.closest?.("[data-adjust]")) applyLook(event.target.closest("[data-file]"));
  });
  document.addEventListener("tipline:viewed", (event) => {
    if (event.target.classList.contains("is-adjusted")) applyLook(event.target);
  });
  // A picture that another replaced keeps the view.
  document.addEventListener("load", (event) => {
    const file = event.target.closest?.(".stage-screen")?.closest("[data-file]");
    if (file?.classList.contains("is-adjusted")) applyLook(file);
  }, true);
}
