// The true time of a moment of a film, from what the page says of its clock (`data-truth`): pieces of
// [start, camera, true, pace, words], times in milliseconds since 1970, the camera's on a clock without a zone.

const read = new WeakMap();
const forms = new Map();

// What is said of a file's clock, or null.
export function truthOf(file) {
  const holder = file?.matches?.("[data-truth]") ? file : file?.querySelector("[data-truth]");
  const said = holder?.dataset.truth;
  if (!said) return null;
  if (read.get(holder)?.said !== said) read.set(holder, { said, truth: JSON.parse(said) });
  return read.get(holder).truth;
}

// The milliseconds of the true time at a position, and the words that belong beside it.
export function trueAt(truth, seconds) {
  const pieces = truth?.pieces || [];
  let piece = pieces[0];
  for (const one of pieces) if (one[0] <= seconds) piece = one;
  if (!piece || piece[2] === null) return null;
  const passed = (seconds - piece[0]) * piece[3] * 1000;
  return { at: piece[2] + passed, camera: piece[1] === null ? null : piece[1] + passed, words: piece[4] };
}

function formOf(zone) {
  if (!forms.has(zone)) {
    const numbers = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    forms.set(zone, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...numbers }));
  }
  return forms.get(zone);
}

// `{day: "2026-11-22", clock: "21:31:09"}` on the walls of a zone.
export function onWall(milliseconds, zone) {
  const part = Object.fromEntries(formOf(zone).formatToParts(milliseconds).map((one) => [one.type, one.value]));
  return { day: `${part.year}-${part.month}-${part.day}`, clock: `${part.hour}:${part.minute}:${part.second}` };
}

export function clockAt(truth, seconds) {
  const found = trueAt(truth, seconds);
  const begun = trueAt(truth, 0);
  if (!found || !begun) return "";
  const wall = onWall(found.at, truth.zone);
  return wall.day === onWall(begun.at, truth.zone).day ? wall.clock : `${wall.day.slice(5)} ${wall.clock}`;
}

// Beside the position of the player: 21:31:09 (clock 2 min ahead, corrected).
export function sayTruth(file, seconds) {
  const place = file.querySelector("[data-true-now]");
  if (!place) return;
  const found = trueAt(truthOf(file), seconds);
  const text = found ? `${clockAt(truthOf(file), seconds)}${found.words ? ` (${found.words})` : ""}` : "";
  if (place.textContent !== text) place.textContent = text;
}

// A clock was set: every moment of the page tells its new true time.
export function retell(file) {
  const truth = truthOf(file);
  for (const place of file.querySelectorAll("[data-true-at]")) {
    const seconds = Number(place.dataset.trueAt);
    const text = clockAt(truth, seconds);
    if (place.textContent !== text) place.textContent = text;
    place.title = trueAt(truth, seconds)?.words || "";
  }
}
