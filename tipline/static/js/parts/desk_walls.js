// The camera's own clock beside the true time, and where in a film a time of the day is shown.
import { onWall, trueAt, truthOf } from "./desk_truth.js";

const DAY = 86400000;

// `21:33:09.480` as the camera's clock shows it; such times are told as if they stood in UTC.
const clockOf = (milliseconds) => new Date(Math.round(milliseconds)).toISOString().slice(11, 23);

export function sayCamera(file, seconds) {
  const place = file.querySelector("[data-camera-now]");
  const found = place && trueAt(truthOf(file), seconds);
  if (!found || found.camera === null) return;
  place.hidden = false;
  place.querySelector("b").textContent = clockOf(found.camera);
}

// The position at which a film shows this time of the day: true time where it is known, else the camera's.
export function positionOf(file, clock, length) {
  const truth = truthOf(file);
  for (const [start, camera, trueTime, pace] of truth?.pieces || []) {
    const begin = trueTime ?? camera;
    if (begin === null) continue;
    const wall = trueTime === null ? clockOf(camera) : `${onWall(trueTime, truth.zone).clock}.${String(Math.floor(trueTime) % 1000).padStart(3, "0")}`;
    const after = (((clock - milliseconds(wall)) % DAY) + DAY) % DAY;
    const at = start + after / 1000 / (pace || 1);
    if (at <= length) return at;
  }
  return null;
}

export function milliseconds(clock) {
  const [hours, minutes, seconds] = clock.split(":").map(Number);
  return Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
}
