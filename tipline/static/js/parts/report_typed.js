// What is typed into step 1 outlives a reload until it is saved at the station. A phone is one person's, and WeChat
// may end the page at any time: there it lasts for half a day. A computer in a shop is not: there it goes with the tab,
// and what the browser writes of it to the disk nobody can read once the visit is over.
import { seal, unseal } from "./report_sealing.js";

const NAME = "tipline-typed";
const LASTS_MS = 12 * 3600 * 1000;
const FIELDS = "input, textarea, select";

const isPhone = /Android|iPhone|iPad|iPod|HarmonyOS/i.test(navigator.userAgent) || matchMedia("(pointer: coarse)").matches;

// Private mode may refuse to keep anything: then the page is as it was before.
function holder() {
  try { return isPhone ? localStorage : sessionStorage; } catch (fault) { return null; }
}

export function keepTyped(main) {
  if (main.querySelector("[data-saved]")) forgetTyped();
  const form = main.querySelector("form[data-keep]");
  if (!form) return;
  const kept = recall(form);
  // After a «no» the page itself brings back what was sent.
  if (kept && !main.querySelector("[data-focus]")) fillIn(form, kept);
  const note = () => keep(form);
  form.addEventListener("input", note);
  form.addEventListener("change", note);
}

export function forgetTyped() {
  try { holder().removeItem(NAME); } catch (fault) { /* nothing was kept */ }
}

// All fields a person fills in, by name.
export function typedValues(within) {
  return Array.from(within.querySelectorAll(FIELDS))
    .filter((field) => field.name && field.type !== "hidden" && field.type !== "file")
    .map((field) => ({ name: field.name, value: field.value, checked: field.checked }));
}

export function fillIn(within, typed) {
  for (const field of within.querySelectorAll(FIELDS)) {
    const isChoice = field.type === "radio" || field.type === "checkbox";
    const was = typed.find((one) => one.name === field.name && (!isChoice || one.value === field.value));
    if (!was || field.type === "hidden" || field.type === "file") continue;
    if (isChoice) field.checked = was.checked;
    else field.value = was.value;
  }
}

// What was begun in other forms of a page, while one of them is answered by the same page.
export function typedBeside(form) {
  const begun = (field) => field.id && field.form !== form && field.type !== "file" && field.value !== field.defaultValue;
  return Array.from(document.querySelectorAll("#main textarea, #main input"))
    .filter(begun)
    .map((field) => ({ id: field.id, value: field.value, isOpen: Boolean(field.closest("details[open]")) }));
}

export function fillBeside(typed) {
  for (const one of typed) {
    const field = document.getElementById(one.id);
    if (!field || !("defaultValue" in field) || field.value !== field.defaultValue) continue;
    field.value = one.value;
    if (one.isOpen && field.closest("details")) field.closest("details").open = true;
  }
}

// How to reach somebody is not left lying on the device: it is short, and written again at once.
function keep(form) {
  const typed = typedValues(form).filter((one) => !one.name.startsWith("contact"));
  const kept = JSON.stringify({ of: form.dataset.keep, at: Date.now(), typed });
  try { holder().setItem(NAME, isPhone ? kept : seal(kept, form.dataset.keepKey)); } catch (fault) { /* full or forbidden */ }
}

function recall(form) {
  try {
    const held = holder().getItem(NAME);
    const kept = JSON.parse(isPhone || !held ? held : unseal(held, form.dataset.keepKey));
    if (kept && Date.now() - kept.at > LASTS_MS) forgetTyped();
    else if (kept && kept.of === form.dataset.keep) return kept.typed;
  } catch (fault) { /* nothing was kept */ }
  return null;
}
