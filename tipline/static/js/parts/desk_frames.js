// The list of frames of a film (docs/frames.md), spelled out: when a player shows each, where in the film it
// belongs, and its number. Knows no page.

const NEAR_S = 0.002; // players tell times in whole microseconds; two frames are never this close

function spell(first, runs, count) {
  const values = new Float64Array(count);
  let at = 0;
  let value = first;
  values[0] = first;
  // Plain loops: a film of a day has two million frames, and nobody should feel that here.
  for (const run of runs) {
    for (let time = run[0]; time > 0 && at < count; time -= 1) {
      for (let place = 1; place < run.length; place += 1) {
        value += run[place];
        at += 1;
        if (at < count) values[at] = value;
      }
    }
  }
  return values;
}

function seconds(ticks, from, tick, add) {
  const found = new Float64Array(ticks.length);
  for (let at = 0; at < found.length; at += 1) found[at] = (ticks[at] - from) * tick[0] / tick[1] + add;
  return found;
}

// Answers null for a list of a form that is not known here.
export function readFrames(said) {
  if (said?.version !== 1 || !(said.count > 0)) return null;
  const ticks = spell(said.start, said.steps, said.count);
  return {
    count: said.count,
    number: spell(said.first_number, said.number_steps, said.count),
    shown: seconds(ticks, 0, said.tick, -said.begins_s),
    film: seconds(ticks, said.start, said.tick, said.first_s),
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
