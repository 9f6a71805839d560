// In which beat the phone is: compared with the borders on the phone itself. Where it is goes nowhere.
import { say } from "./report_words.js";

const PATIENCE_MS = 15000;

export function offerLocating(main) {
  const place = main.querySelector("[data-locate]");
  if (!place || !navigator.geolocation) return;
  place.hidden = false;
  const button = place.querySelector("button");
  const told = place.querySelector("[data-locate-said]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.textContent = say("locating");
    told.textContent = await locate(place.dataset.locate, main);
    button.disabled = false;
  });
}

async function locate(address, main) {
  let borders;
  let here;
  try {
    [borders, here] = await Promise.all([fetch(address).then((one) => one.json()), position()]);
  } catch (fault) {
    return say(fault && fault.code === 1 ? "locate_refused" : "locate_failed");
  }
  const found = borders.beats.find((beat) => beat.polygons.some((rings) => isWithin(rings, here)));
  if (!found) return say("locate_outside");
  const row = main.querySelector("#beat-" + found.code);
  for (const one of main.querySelectorAll(".beat-list .is-here")) one.classList.remove("is-here");
  if (row) {
    row.classList.add("is-here");
    row.parentNode.prepend(row);
    // The phone took its time: whoever types by now goes on typing.
    if (!document.activeElement.matches("input, textarea, select")) row.querySelector("a").focus();
  }
  return say("located", { name: found.name });
}

function position() {
  return new Promise((resolve, reject) => {
    const options = { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 60000 };
    navigator.geolocation.getCurrentPosition((one) => resolve([one.coords.longitude, one.coords.latitude]), reject, options);
  });
}

// Within the outer ring and in none of the holes: a ray to the east crosses an odd number of edges.
function isWithin(rings, [lon, lat]) {
  let inside = false;
  for (const ring of rings) {
    for (let at = 1; at < ring.length; at += 1) {
      const [x1, y1] = ring[at - 1];
      const [x2, y2] = ring[at];
      if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}
