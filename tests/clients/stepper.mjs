// Steps through films by a player whose answers come in a chosen order, on a clock that moves when nothing else does.
// Each wish tells the film, how far the player is off, in which order it answers each question, and what hands do.
let clock = 0;
const timers = new Map();
const due = []; // what happens next, in order
globalThis.setTimeout = (call, ms) => {
  const id = Symbol("timer");
  timers.set(id, [clock + ms, call]);
  return id;
};
globalThis.clearTimeout = (id) => timers.delete(id);

const { Stepper } = await import("../../tipline/static/js/parts/desk_stepper.js");

class Player extends EventTarget {
  seeking = false;
  asked = [];
  screen = 0; // the frame on it
  at = 0;

  constructor({ times, late, answers }) {
    super();
    Object.assign(this, { times, late, answers, duration: times.at(-1) + 0.04 });
  }

  get currentTime() {
    return this.at;
  }

  // "before": what is on the screen is told; "there": the player has gone where it was sent; "frame": the one there is
  // shown and told.
  set currentTime(seconds) {
    const number = this.asked.push(Math.round(seconds * 1000));
    this.at = seconds;
    this.seeking = true;
    due.push(() => this.dispatchEvent(new Event("seeking")));
    const does = {
      before: () => this.show(this.screen),
      frame: () => this.show(Math.max(0, this.times.filter((one) => one <= seconds - this.late + 1e-9).length - 1)),
      there: () => {
        if (number < this.asked.length) return; // sent elsewhere meanwhile
        this.seeking = false;
        this.dispatchEvent(new Event("seeked"));
      },
    };
    for (const what of this.answers[number - 1] ?? this.answers.at(-1)) due.push(does[what]);
  }

  show(frame) {
    const call = this.call;
    this.screen = frame;
    this.call = null;
    call?.(clock, { mediaTime: this.times[frame] });
  }

  requestVideoFrameCallback(call) {
    this.call = call;
  }

  pause() {}

  async play() {} // it never comes to that here: some moment gives each frame
}

const idle = () => new Promise((resolve) => setImmediate(resolve));

// All that is to happen, one after another; the clock moves on only once nothing is left.
async function settle() {
  for (await idle(); due.length || timers.size; await idle()) {
    if (due.length) {
      due.shift()();
      continue;
    }
    const [id, [then, call]] = [...timers].sort((a, b) => a[1][0] - b[1][0])[0];
    timers.delete(id);
    clock = then;
    call();
  }
}

async function play(wish) {
  clock = 0;
  const { times } = wish;
  const player = new Player(wish);
  const told = [];
  const stepper = new Stepper(player, (frame, isSure) => isSure && told.at(-1) !== frame && told.push(frame));
  const list = { count: times.length, shown: times, film: times, number: times.map((_, at) => at) };
  if (wish.hands[0][0] !== "wait") stepper.learn(list);
  player.show(0);
  for (const [what, value] of wish.hands) {
    if (what === "step") stepper.step(value);
    if (what === "jump") player.currentTime = value;
    if (what === "wait") stepper.isLearning = true; // for the list, or for another one
    if (what === "list") stepper.learn(list);
    if (what === "next") for (let left = value; left; left -= 1) due.shift()();
    if (what === "settle") await settle();
  }
  await settle();
  return { told, screen: player.screen, asked: player.asked, waited: clock };
}

const found = [];
for (const wish of JSON.parse(process.argv[2])) found.push(await play(wish));
console.log(JSON.stringify(found));
