// Small pictures over the strip of a film while the pointer moves along it.

const loaded = new Map();

async function load(url) {
  if (!loaded.has(url)) {
    loaded.set(url, fetch(url, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null));
  }
  return loaded.get(url);
}

function nearest(times, seconds) {
  let best = 0;
  times.forEach((time, at) => {
    if (Math.abs(time - seconds) < Math.abs(times[best] - seconds)) best = at;
  });
  return best;
}

function place(card, strip, share, sprite, picture) {
  const at = nearest(sprite.times, share * Number(strip.dataset.duration));
  const column = at % sprite.columns;
  const row = Math.floor(at / sprite.columns);
  const style = card.firstElementChild.style;
  style.width = `${sprite.width}px`;
  style.height = `${sprite.height}px`;
  style.backgroundImage = `url("${picture}")`;
  style.backgroundPosition = `-${column * sprite.width}px -${row * sprite.height}px`;
  const width = strip.clientWidth;
  card.style.left = `${Math.max(0, Math.min(width - sprite.width, share * width - sprite.width / 2))}px`;
}

// The words of marks under the pointer, give or take a few dots.
function marksNear(file, at, length) {
  const near = [...file.querySelectorAll("[data-mark]")].filter((one) => {
    const until = Number(one.dataset.until || one.dataset.mark);
    return at > Number(one.dataset.mark) - length * 0.006 && at < until + length * 0.006;
  });
  return near.map((one) => one.querySelector("bdi").textContent);
}

let latest = null; // where the pointer is by now

export function startHover(position) {
  document.addEventListener("pointermove", async (event) => {
    latest = event;
    const svg = event.target.closest?.("[data-strip] svg");
    for (const card of document.querySelectorAll("[data-hover]")) if (!svg || !card.parentElement.contains(svg)) card.hidden = true;
    const file = svg?.closest("[data-file]");
    if (!file?.dataset.sprite || event.pointerType === "touch") return;
    const strip = svg.parentElement;
    const card = strip.querySelector("[data-hover]");
    const box = svg.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    const sprite = await load(file.dataset.spriteTimes);
    if (!sprite?.times?.length || !card || latest !== event) return;
    card.hidden = false;
    place(card, strip, share, sprite, file.dataset.sprite);
    const at = share * Number(strip.dataset.duration);
    card.lastElementChild.textContent = [position(at), ...marksNear(file, at, Number(strip.dataset.duration))].join(" · ");
  });
}
