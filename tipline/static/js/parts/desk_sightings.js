// The form that marks a sighting takes over what the player shows: which file, which moment, which frame.
import { currentVideo } from "./desk_players.js";

const fileOf = (video) => video.closest("[data-file]");
const filled = new WeakMap(); // field of the position → what was filled in

// Where the chosen file itself was taken, if it tells, and else where the tip happened. What somebody typed stays.
function placeOf(form) {
  const { evidence, position, system } = form.elements;
  if (![position.defaultValue, filled.get(position)].includes(position.value)) return;
  const taken = evidence.selectedOptions[0]?.dataset.taken;
  position.value = taken || position.defaultValue;
  filled.set(position, position.value);
  if (taken) system.value = "wgs84";
}

function takeOver(form) {
  const video = currentVideo();
  const file = video ? fileOf(video) : document.querySelector("[data-file]"); // a photo has no moment
  const number = file?.id.replace("file-", "");
  const choice = [...form.elements.evidence.options].find((one) => one.dataset.number === number);
  if (!choice) return;
  form.elements.evidence.value = choice.value;
  if (!video) return;
  const shown = file.querySelector("[data-position]")?.textContent.trim();
  form.elements.t.value = shown || video.currentTime.toFixed(3);
  form.elements.frame.value = file.querySelector("[data-frame]:not(.is-unsure)")?.dataset.number || "";
}

export function startSightings() {
  document.addEventListener(
    "toggle",
    (event) => {
      const fold = event.target;
      if (!fold.matches?.("[data-sighting-form]") || !fold.open) return;
      const form = fold.querySelector("form");
      if (!form.querySelector("[aria-invalid]")) {
        takeOver(form);
        placeOf(form);
      }
      (form.elements.subject || form.elements.text).focus();
    },
    true,
  );
  // A moment typed by hand is no longer the frame that stood there.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.elements.frame && (event.target.name === "t" || event.target.name === "evidence")) form.elements.frame.value = "";
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches?.("[data-sighting-form] [name=evidence]")) placeOf(target.form);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-t-of]");
    const video = button && document.getElementById(`file-${button.dataset.fileT}`)?.querySelector("video");
    if (!video) return;
    video.currentTime = Number(button.dataset.tOf);
    video.closest("[data-file]").scrollIntoView({ block: "nearest" });
  });
}
