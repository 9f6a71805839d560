// Arithmetic of a timeline: which position of a clip shows a true moment, and how a moment is written in the
// station's zone. Pieces are [start, end, true, pace]; moments are milliseconds since 1970.
import { onWall } from "./desk_truth.js";

// The position that shows a true moment, or null.
export function positionAt(clip, moment) {
  for (const [start, end, begun, pace] of clip.pieces) {
    if (begun === null) continue;
    const passed = (moment - begun) / 1000 / pace;
    if (passed >= 0 && passed <= end - start) return start + passed;
  }
  return null;
}

// The true moment of a position.
export function momentAt(clip, seconds) {
  let piece = clip.pieces[0];
  for (const one of clip.pieces) if (one[0] <= seconds) piece = one;
  return piece[2] + (seconds - piece[0]) * 1000 * piece[3];
}

export function paceAt(clip, seconds) {
  let piece = clip.pieces[0];
  for (const one of clip.pieces) if (one[0] <= seconds) piece = one;
  return piece[3];
}

// How far the walls of a zone are ahead of UTC at a moment.
export function zoneOffset(moment, zone) {
  const wall = onWall(moment, zone);
  return Date.parse(`${wall.day}T${wall.clock}Z`) - Math.floor(moment / 1000) * 1000;
}

export function offsetName(moment, zone) {
  const minutes = Math.round(zoneOffset(moment, zone) / 60000);
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return `${minutes < 0 ? "−" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000, 7776000, 31536000, 126144000];
const MOST_TICKS = 400;

// Marks of the ruler between two moments, on whole steps of the walls of the zone: [moment, text, isDay].
export function ticks(from, to, zone, most) {
  const step = (STEPS.find((one) => (to - from) / 1000 / one <= most) || STEPS[STEPS.length - 1]) * 1000;
  const found = [];
  let wall = Math.ceil((from + zoneOffset(from, zone)) / step) * step;
  for (let count = 0; count < MOST_TICKS; count += 1, wall += step) {
    // The offset of this very moment: days with a change of clocks have 23 or 25 hours.
    let moment = wall - zoneOffset(wall, zone);
    moment = wall - zoneOffset(moment, zone);
    if (moment > to) break;
    if (moment < from || (found.length && moment <= found[found.length - 1][0])) continue;
    const said = onWall(moment, zone);
    const isDay = said.clock === "00:00:00";
    found.push([moment, isDay || step >= 86400000 ? (step > 2592000000 ? said.day : said.day.slice(5)) : said.clock.slice(0, step < 60000 ? 8 : 5), isDay]);
  }
  return found;
}
