// Scripts of the pages in a browser of a few lines: what they do when something comes later than it was asked for.
// Nothing comes by itself: answers, the clock and the next picture on the screen are given one by one.
const heard = {}; // what the page listens to
const hear = (name, listener) => (heard[name] = listener);
const tell = (name, event) => heard[name](event);
const timers = [];
globalThis.setTimeout = (call, ms) => timers.push({ call, ms });
const frames = [];
globalThis.requestAnimationFrame = (call) => frames.push(call);
const rest = () => new Promise((resolve) => setImmediate(resolve));
const part = (name) => import(`../../tipline/static/js/parts/${name}.js`);
const found = {};

// --- a pointer that has left the strip before the small pictures are there
{
  const card = { hidden: true, firstElementChild: { style: {} }, lastElementChild: {}, style: {} };
  const strip = { dataset: { duration: "10" }, clientWidth: 100, querySelector: () => card, contains: (one) => one === svg };
  card.parentElement = strip;
  const file = { dataset: { sprite: "/sprite", spriteTimes: "/times" }, querySelectorAll: () => [] };
  const svg = { closest: (what) => (what === "[data-file]" ? file : svg), parentElement: strip };
  svg.getBoundingClientRect = () => ({ left: 0, width: 100 });
  const elsewhere = { closest: () => null };
  globalThis.document = { addEventListener: hear, querySelectorAll: () => [card] };
  let answer;
  globalThis.fetch = () => new Promise((resolve) => (answer = resolve));
  const { startHover } = await part("desk_hover");
  startHover((seconds) => `at ${seconds}`);
  tell("pointermove", { target: svg, clientX: 20 });
  tell("pointermove", { target: elsewhere });
  answer({ ok: true, json: async () => ({ times: [1, 5, 9], columns: 3, width: 10, height: 5 }) });
  await rest();
  const left = card.hidden;
  tell("pointermove", { target: svg, clientX: 20 });
  tell("pointermove", { target: svg, clientX: 50 });
  await rest();
  found.hover = { left, back: card.hidden, says: card.lastElementChild.textContent };
}

// --- a field that a busy browser does not focus at once
{
  const { reach } = await part("desk_focus");
  const focus = async (refusals, isWanted) => {
    const field = { asked: 0, getClientRects: () => [1] };
    field.focus = () => (field.asked += 1) > refusals && (document.activeElement = field);
    globalThis.document = { activeElement: null };
    reach(field, isWanted, () => (field.isReached = true));
    while (frames.length) frames.shift()();
    return Boolean(field.isReached && document.activeElement === field);
  };
  found.focus = { late: await focus(3, () => true), elsewhere: await focus(3, () => false), never: await focus(99, () => true) };
}

// --- words typed before the script was there
{
  const preview = { textContent: "" };
  const field = { value: "typed early", dataset: { preview: "preview-en" }, addEventListener: hear };
  globalThis.document = {
    querySelectorAll: (what) => (what === "[data-preview]" ? [field] : []),
    querySelector: () => null,
    getElementById: () => preview,
  };
  const { startCase } = await part("desk_case");
  startCase();
  found.preview = preview.textContent;
}

// --- pictures that do not come for a while
{
  globalThis.HTMLImageElement = class {
    isConnected = true;
    asked = 0;
    get src() { return this.name; }
    set src(_address) { this.asked += 1; }
    getAttribute() { return this.name; }
  };
  const make = (name, more) => Object.assign(new HTMLImageElement(), { name, ...more });
  const [first, second, third] = ["/1", "/2", "/3"].map((name) => make(name));
  const early = make("/0", { complete: true, currentSrc: "/0", naturalWidth: 0 });
  let isSaid = true;
  globalThis.document = {
    addEventListener: hear, images: [early, third], querySelector: () => ({ remove: () => (isSaid = false) }),
  };
  const { startPictures } = await part("desk_pictures");
  startPictures();
  const asked = () => [early, first, second, third].map((one) => one.asked);
  const pauses = [];
  const pass = () => {
    const { call, ms } = timers.shift() ?? { call: () => null };
    pauses.push(ms);
    call();
  };
  for (const target of [first, second]) tell("error", { target });
  pass();
  const alone = asked();
  tell("load", { target: third }); // one that was not asked for again says nothing of the store
  const silent = [asked(), isSaid];
  tell("error", { target: early });
  pass();
  pass();
  const next = asked();
  tell("load", { target: second });
  found.pictures = { alone, silent, next, after: asked(), isSaid, pauses };
}

// --- a look at the page that is not answered when a form brings the page anew
{
  const drawn = [];
  const answers = [];
  const shown = { id: "kept-files", replaceWith: (fresh) => drawn.push(fresh) };
  globalThis.location = { href: "/report/receipt" };
  globalThis.DOMParser = class {
    parseFromString = (html) => ({ documentElement: { lang: "en" }, getElementById: () => html });
  };
  globalThis.document = {
    addEventListener: hear, documentElement: { lang: "en" }, importNode: (one) => one,
    querySelector: () => shown, querySelectorAll: () => [shown],
  };
  globalThis.clearTimeout = () => null;
  globalThis.fetch = () => new Promise((resolve) => answers.push((html) => resolve({ text: async () => html })));
  const { followLive } = await part("report_live");
  tell("arrived");
  followLive({ querySelector: () => null });
  answers[0]("before");
  await rest();
  const early = [...drawn];
  answers[1]?.("after");
  await rest();
  found.look = { early, drawn, asked: answers.length };
}

console.log(JSON.stringify(found));
