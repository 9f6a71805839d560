// What a clip is played from and what may be seen of it: fetched when somebody comes near, many in one request.

const AT_ONCE = 40;
const WAIT_MS = 60;

export class Insides {
  constructor(url) {
    this.url = url;
    this.known = new Map();
    this.waiting = new Map();
    this.timer = 0;
  }

  // What is known already, or null.
  peek(id) {
    return this.known.get(id) || null;
  }

  of(id) {
    if (this.known.has(id)) return Promise.resolve(this.known.get(id));
    return new Promise((resolve) => {
      this.waiting.set(id, [...(this.waiting.get(id) || []), resolve]);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.fetch(), WAIT_MS);
    });
  }

  async fetch() {
    const asked = [...this.waiting.keys()].slice(0, AT_ONCE);
    const told = new Map(asked.map((id) => [id, this.waiting.get(id)]));
    for (const id of asked) this.waiting.delete(id);
    if (this.waiting.size) this.timer = setTimeout(() => this.fetch(), WAIT_MS);
    const answer = await fetch(`${this.url}/clips?ids=${asked.join(",")}`, { credentials: "same-origin" }).catch(() => null);
    const said = answer?.ok ? await answer.json().catch(() => ({})) : {}; // the line may be cut within an answer
    for (const [id, ones] of told) {
      if (said[id]) this.known.set(id, said[id]);
      for (const resolve of ones) resolve(said[id] || null);
    }
  }
}

export function nearestPicture(inside, seconds) {
  let best = null;
  for (const one of inside?.pictures || []) if (!best || Math.abs(one[0] - seconds) < Math.abs(best[0] - seconds)) best = one;
  return best && best[1];
}
