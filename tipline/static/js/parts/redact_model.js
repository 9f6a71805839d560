// What is to be covered, as data: tracks of boxes, how one moves between its key boxes, every change and its way
// back, and two people's drafts laid together. Knows no page.

const STEPS_BACK = 100;
const SAME_MOVE_MS = 900; // key presses that push one box along are one step back
const LEAST = 0.004;
const NEAR_S = 0.0015;
export const FRAME_S = 0.04;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const round = (value, digits) => Number(value.toFixed(digits));

// The box of a track at a moment: straight between two key boxes, at rest before the first and after the last.
export function boxAt(track, t) {
  const rows = track.boxes;
  let after = rows.findIndex((row) => row[0] >= t);
  if (after === -1) after = rows.length - 1;
  const b = rows[after];
  const a = after > 0 && b[0] > t ? rows[after - 1] : b;
  const part = b[0] > a[0] ? clamp((t - a[0]) / (b[0] - a[0]), 0, 1) : 0;
  const [x, y, w, h] = [1, 2, 3, 4].map((side) => a[side] + (b[side] - a[side]) * part);
  return { x, y, w, h };
}

// Whether a track covers the picture that is shown at `t`.
export function isOn(track, t) {
  return (track.start === null || t + FRAME_S > track.start) && (track.end === null || t <= track.end + NEAR_S);
}

export const hasKeyAt = (track, t) => track.boxes.some((row) => Math.abs(row[0] - t) < NEAR_S);

// A box that lies within the picture and is large enough to be seen.
export function within({ x, y, w, h }) {
  const wide = clamp(w, LEAST, 1);
  const high = clamp(h, LEAST, 1);
  return { x: clamp(x, 0, 1 - wide), y: clamp(y, 0, 1 - high), w: wide, h: high };
}

const rowOf = (t, box) => [round(t, 3), round(box.x, 4), round(box.y, 4), round(box.w, 4), round(box.h, 4)];

export class Draft {
  constructor(saved, onChange) {
    this.take(saved);
    this.onChange = onChange;
    this.past = [];
    this.future = [];
  }

  take({ tracks, range, margin, sound, version }) {
    Object.assign(this, { tracks, range, margin, sound, version });
  }

  get content() {
    const { tracks, range, margin, sound } = this;
    return { tracks, range, margin, sound };
  }

  find(id) {
    return this.tracks.find((one) => one.id === id);
  }

  // Every change goes through here. `kind` joins pushes of one box to one step back.
  change(kind, make) {
    const now = performance.now();
    const isSame = kind && kind === this.lastKind && (kind.startsWith("faces") || now - this.lastAt < SAME_MOVE_MS);
    if (!isSame) {
      this.past.push(JSON.stringify(this.content));
      if (this.past.length > STEPS_BACK) this.past.shift();
    }
    this.lastKind = kind;
    this.lastAt = now;
    this.future = [];
    make();
    this.onChange();
  }

  back() {
    this.swap(this.past, this.future);
  }

  forth() {
    this.swap(this.future, this.past);
  }

  swap(from, to) {
    if (!from.length) return;
    to.push(JSON.stringify(this.content));
    Object.assign(this, JSON.parse(from.pop()));
    this.lastKind = null;
    this.onChange();
  }

  newId() {
    let number = 1;
    const random = Math.random().toString(36).slice(2, 6);
    while (this.find(`h-${random}-${number}`)) number += 1;
    return `h-${random}-${number}`;
  }

  add(t, box) {
    const track = {
      id: this.newId(), source: "hand", label: "", start: null, end: null, boxes: [rowOf(t, within(box))],
      bridged: [], lost: null, lost_back: null, job: null, edited: true,
    };
    this.change(null, () => this.tracks.push(track));
    return track;
  }

  // Put the box of a track somewhere at a moment. That becomes a key box: it moves from and to its neighbours.
  place(id, t, box, kind = `place ${id}`) {
    const track = this.find(id);
    if (!track) return;
    this.change(kind, () => {
      const row = rowOf(t, within(box));
      track.boxes = [...track.boxes.filter((one) => Math.abs(one[0] - row[0]) >= NEAR_S), row].sort((a, b) => a[0] - b[0]);
      track.edited = true;
    });
  }

  dropKey(id, t) {
    const track = this.find(id);
    if (!track || track.boxes.length < 2 || !hasKeyAt(track, t)) return;
    this.edit(id, () => (track.boxes = track.boxes.filter((one) => Math.abs(one[0] - t) >= NEAR_S)));
  }

  edit(id, make) {
    const track = this.find(id);
    if (!track) return;
    this.change(null, () => {
      make(track);
      track.edited = true;
    });
  }

  remove(id) {
    this.change(null, () => (this.tracks = this.tracks.filter((one) => one.id !== id)));
  }

  startsAt(id, t) {
    this.edit(id, (track) => {
      track.start = round(t, 3);
      if (track.end !== null && track.end < track.start) track.end = null;
      track.lost_back = null;
    });
  }

  endsAt(id, t) {
    this.edit(id, (track) => {
      track.end = round(t, 3);
      if (track.start !== null && track.start > track.end) track.start = null;
      track.lost = null;
    });
  }

  // Two tracks of one: up to the picture shown at `t`, and from it on.
  split(id, t) {
    const track = this.find(id);
    if (!track) return null;
    const at = rowOf(t, boxAt(track, t));
    const rest = {
      ...track, id: this.newId(), start: at[0], boxes: [at, ...track.boxes.filter((row) => row[0] > at[0])],
      bridged: track.bridged.filter((gap) => gap[1] > t), lost_back: null, edited: true,
    };
    this.edit(id, () => {
      track.boxes = [...track.boxes.filter((row) => row[0] < at[0]), at];
      track.end = at[0];
      track.lost = null;
      track.bridged = track.bridged.filter((gap) => gap[0] < t);
      this.tracks.splice(this.tracks.indexOf(track) + 1, 0, rest);
    });
    return rest;
  }

  // Faces of a search, also while it runs: what somebody touched or took away stays as they left it.
  takeFaces(job, found, searched, gone) {
    const [from, to] = searched || [-Infinity, Infinity];
    const isOld = (track) =>
      track.source === "face" && !track.edited && (track.job === job || ((track.start ?? from) >= from - 1 && (track.end ?? to) <= to + 1));
    const kept = this.tracks.filter((one) => !isOld(one));
    const known = new Set(kept.map((one) => one.id));
    const fresh = [];
    for (const one of found) {
      const id = `f${job}-${Math.round((one.start || 0) * 10)}-${Math.round(one.boxes[0][1] * 100)}-${Math.round(one.boxes[0][2] * 100)}`;
      if (known.has(id) || gone.has(id)) continue;
      known.add(id);
      const { start, end, boxes, bridged } = one;
      fresh.push({ id, source: "face", label: "", start, end, boxes, bridged, lost: null, lost_back: null, job, edited: false });
    }
    const after = [...kept, ...fresh];
    if (JSON.stringify(after) === JSON.stringify(this.tracks)) return 0;
    this.change(`faces ${job}`, () => (this.tracks = after));
    return fresh.length;
  }

  // Where a followed box went. What lies on the other side of the moment it was drawn at stays as it is.
  takeWay(id, job, asked, found) {
    const track = this.find(id);
    if (!track || !found.boxes.length) return;
    this.change(null, () => {
      if (asked.back) {
        if (track.boxes.length === 1 && track.end === null) track.end = asked.t;
        track.boxes = [...found.boxes, ...track.boxes.filter((row) => row[0] > asked.t + NEAR_S)];
        Object.assign(track, { source: "follow", start: found.start, lost_back: found.lost, job, edited: true });
        return;
      }
      if (track.boxes.length === 1 && track.start === null) track.start = asked.t;
      track.boxes = [...track.boxes.filter((row) => row[0] < asked.t - NEAR_S), ...found.boxes];
      Object.assign(track, { source: "follow", end: found.end, lost: found.lost, job, edited: true });
    });
  }
}

// Two drafts that grew out of `base`. Nothing of either is lost: where both changed one box, both stay.
export function merged(base, mine, theirs) {
  const text = (track) => (track ? JSON.stringify({ ...track, id: "" }) : "");
  const of = (draft) => new Map(draft.tracks.map((one) => [one.id, one]));
  const [old, ours, others] = [of(base), of(mine), of(theirs)];
  const tracks = [];
  const told = { added: 0, removed: 0, changed: 0, both: 0 };
  for (const id of new Set([...others.keys(), ...ours.keys()])) {
    const [was, my, their] = [old.get(id), ours.get(id), others.get(id)];
    const [isMine, isTheirs] = [text(my) !== text(was), text(their) !== text(was)];
    if (!isTheirs) {
      if (my) tracks.push(my);
    } else if (!isMine || text(my) === text(their)) {
      if (their) tracks.push(their);
      if (isTheirs && !isMine) told[!was ? "added" : their ? "changed" : "removed"] += 1;
    } else {
      // Changed by both, or changed by one and taken away by the other.
      told.both += 1;
      if (my) tracks.push(my);
      if (their) tracks.push(my ? { ...their, id: `${id.slice(0, 20)}-2` } : their);
    }
  }
  const pick = (name) => (JSON.stringify(mine[name]) === JSON.stringify(base[name]) ? theirs[name] : mine[name]);
  return { content: { tracks, range: pick("range"), margin: pick("margin"), sound: pick("sound") }, told };
}
