// The form that marks a sighting takes over what the player shows: which file, which moment, which frame.
import { currentVideo } from "./desk_players.js";

const fileOf = (video) => video.closest("[data-file]");

function takeOver(form) {
  const video = currentVideo();
  const file = video && fileOf(video);
  const number = file?.id.replace("file-", "");
  const choice = [...form.elements.evidence.options].find((one) => one.dataset.number === number);
  if (!choice) return;
  form.elements.evidence.value = choice.value;
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
      if (!form.querySelector("[aria-invalid]")) takeOver(form);
      (form.elements.subject || form.elements.text).focus();
    },
    true,
  );
  // A moment typed by hand is no longer the frame that stood there.
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.elements.frame && (event.target.name === "t" || event.target.name === "evidence")) form.elements.frame.value = "";
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-t-of]");
    const video = button && document.getElementById(`file-${button.dataset.fileT}`)?.querySelector("video");
    if (!video) return;
    video.currentTime = Number(button.dataset.tOf);
    video.closest("[data-file]").scrollIntoView({ block: "nearest" });
  });
}
