// Buttons and words that are only true with a script; the page holds them hidden.
import { say } from "./report_words.js";

export function offerCopying(main) {
  for (const button of main.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const words = button.querySelector("span");
      if (await copy(button.dataset.copy)) words.textContent = say("copied");
    });
  }
}

export function offerPrinting(main) {
  for (const button of main.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

export function showScripted(main) {
  for (const part of main.querySelectorAll("[data-scripted]")) part.hidden = false;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (fault) {
    return copyByHand(text);
  }
}

// Browsers without a clipboard, or pages without HTTPS.
function copyByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
