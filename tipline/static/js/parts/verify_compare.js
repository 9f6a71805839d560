// Is a file on this device one of those a checked receipt lists? Its SHA-256 is computed here; nothing is sent.
import { hashFile } from "./report_integrity.js";
import { say } from "./report_words.js";

export function offerComparing() {
  const place = document.querySelector("[data-compare]");
  if (!place || !window.Worker) return;
  place.hidden = false;
  const input = place.querySelector("input");
  input.addEventListener("change", async () => {
    for (const file of Array.from(input.files)) await compare(file, place);
    input.value = "";
  });
}

async function compare(file, place) {
  const row = document.createElement("li");
  row.className = "file";
  row.textContent = say("comparing", { name: file.name });
  place.querySelector(".compare-told").prepend(row);
  const sha256 = await hashFile(file, place.dataset.hasher);
  if (!sha256) return tell(row, "compare_failed", { name: file.name }, "");
  const listed = Array.from(document.querySelectorAll("[data-sha256]"));
  const found = listed.findIndex((one) => one.dataset.sha256 === sha256);
  if (found < 0) return tell(row, "compare_other", { name: file.name }, "is-other");
  listed[found].classList.add("is-same");
  tell(row, "compare_same", { name: file.name, number: listed[found].dataset.number }, "is-same");
}

function tell(row, name, places, look) {
  row.className = ("file " + look).trim();
  row.textContent = (look === "is-same" ? "✓ " : look === "is-other" ? "✗ " : "") + say(name, places);
}
