// The timeline of a case: clips drawn on one true time, zoomed and panned, and played from any moment of it.
import { startBars } from "./parts/timeline_bars.js";
import { Insides } from "./parts/timeline_insides.js";
import { View } from "./parts/timeline_view.js";
import { Watch } from "./parts/timeline_watch.js";

const AGAIN_MS = 15000;

function start(root) {
  const words = JSON.parse(root.dataset.words);
  let data = JSON.parse(root.dataset.timeline);
  const insides = new Insides(root.dataset.url);
  const view = new View(root, data);
  const watch = new Watch(root, { view, insides, words });
  const bars = startBars(root, { view, watch, insides, words });
  const show = (said) => {
    data = said;
    watch.take(data);
    bars.take(data);
    view.take(data);
  };
  show(data);
  document.addEventListener("click", (event) => {
    const moment = event.target.closest?.("[data-go]");
    if (!moment) return;
    root.scrollIntoView({ block: "start" });
    view.reach(Number(moment.dataset.go));
    watch.go(Number(moment.dataset.go), { isPlaying: true });
  });
  // Somebody set a clock, or linked a tip: all is placed anew under the same view.
  let isAsking = false;
  const ask = async () => {
    const query = new URLSearchParams(window.location.search);
    query.set("version", data.version);
    const answer = await fetch(`${root.dataset.url}/data?${query}`, { credentials: "same-origin" }).catch(() => null);
    const said = answer?.status === 200 ? await answer.json().catch(() => null) : null;
    if (!said) return;
    show(said);
    watch.say(words.changed);
  };
  // One question at a time: a slow answer must not be drawn over a newer one.
  setInterval(async () => {
    if (document.hidden || isAsking) return;
    isAsking = true;
    await ask();
    isAsking = false;
  }, AGAIN_MS);
}

const root = document.querySelector("[data-timeline]");
if (root) start(root);
