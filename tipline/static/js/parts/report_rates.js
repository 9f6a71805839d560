// How fast this phone's line is, as far as anybody knows: measured in this visit, else what the browser guesses.
const NAME = "tipline-rate";
const ENOUGH_MS = 500;
const ENOUGH_BYTES = 128 * 1024;
const FRESH_WEIGHT = 0.6;

let measured = 0;

// Bytes a second, 0 if nothing is known. Phones send slower than they receive, and browsers only guess the latter.
export function rate() {
  if (!measured) {
    try { measured = Number(sessionStorage.getItem(NAME)) || 0; } catch (fault) { /* nothing was kept */ }
  }
  if (measured) return measured;
  const downlink = navigator.connection && navigator.connection.downlink;
  return downlink > 0 ? (downlink * 1e6) / 8 / 2 : 0;
}

// So many bytes went up in so many milliseconds.
export function noteRate(bytes, ms) {
  if (ms < ENOUGH_MS || bytes < ENOUGH_BYTES) return;
  const fresh = (1000 * bytes) / ms;
  measured = measured ? FRESH_WEIGHT * fresh + (1 - FRESH_WEIGHT) * measured : fresh;
  try { sessionStorage.setItem(NAME, String(Math.round(measured))); } catch (fault) { /* private mode */ }
}

export function secondsFor(bytes) {
  const known = rate();
  return known ? bytes / known : 0;
}
