// The list of frames of a film (docs/frames.md), spelled out: when a player shows each, where in the film it
// belongs, and its number. Knows no page.

const NEAR_S = 0.002; // players tell times in whole microseconds; two frames are never this close

function spell(first, runs, count) {
  const values = new Float64Array(count);
  let at = 0;
  let value = first;
  values[0] = first;
  for (const [times, ...steps] of runs) {
    for (let time = 0; time < times; time += 1) {
      for (const step of steps) {
        value += step;
        at += 1;
        if (at < count) values[at] = value;
      }
    }
  }
  return values;
}

// Answers null for a list of a form that is not known here.
export function readFrames(said) {
  if (said?.version !== 1 || !(said.count > 0)) return null;
  const [top, bottom] = said.tick;
  const ticks = spell(said.start, said.steps, said.count);
  return {
    count: said.count,
    number: spell(said.first_number, said.number_steps, said.count),
    shown: ticks.map((tick) => (tick * top) / bottom - said.begins_s),
    film: ticks.map((tick) => ((tick - said.start) * top) / bottom + said.first_s),
  };
}

// The last frame that begins at or before this moment; 0 before the first.
export function frameAt(times, seconds) {
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (times[middle] <= seconds + NEAR_S / 2) low = middle;
    else high = middle - 1;
  }
  return low;
}

// The frame a player says it shows, or -1 if the list knows none at that time.
export function frameShown(list, mediaTime) {
  const at = frameAt(list.shown, mediaTime);
  const near = [at, at + 1].filter((one) => one < list.count && Math.abs(list.shown[one] - mediaTime) < NEAR_S);
  return near.length ? near.sort((a, b) => Math.abs(list.shown[a] - mediaTime) - Math.abs(list.shown[b] - mediaTime))[0] : -1;
}
