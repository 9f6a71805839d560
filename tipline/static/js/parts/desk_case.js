// Pages of a case: the tab one stands on is in sight, and words to tip providers are shown as they will read them.

export function startCase() {
  document.querySelector(".case-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  for (const field of document.querySelectorAll("[data-preview]")) {
    const shown = document.getElementById(field.dataset.preview);
    const show = () => {
      shown.textContent = field.value;
    };
    field.addEventListener("input", show);
    show(); // what was typed before the script was there, or before somebody came back to the page
  }
}
