// Ticks, lists, dates and numbers of a form in which somebody types: begun and not sent, they stay with the words. A
// tick alone is no draft: one gesture makes it again, and a key that only opened a form must leave nothing behind.
import { isChanged } from "./desk_typed.js";

const DATED = "input:is([type=date], [type=datetime-local], [type=time], [type=number])";
const CHOICES = `:is(select, ${DATED}, input:is([type=radio], [type=checkbox]))[name]`;
const LONGEST = 200;

const isTick = (field) => field.type === "checkbox" || field.type === "radio";
const tidy = (words) => words.replace(/\s+/g, " ").trim();

// A reply's kind is kept with its words, in the name they are saved under.
const isApart = (field) => field.name === "kind" && field.form.querySelector("[data-unsent]");
const choicesOf = (form) => [...form.elements].filter((field) => field.matches(CHOICES) && !isApart(field));

function wordsOf(field) {
  if (field.matches("select")) return tidy(field.selectedOptions[0]?.textContent || "");
  if (!isTick(field)) return field.value;
  const label = tidy(field.labels?.[0]?.textContent || "");
  return field.checked ? label : `${label} –`;
}

// One line for people, one to put it back from; nothing where nothing was begun. `texts` are the form's fields of text.
export function chosenIn(form, texts) {
  const changed = choicesOf(form).filter((field) => isChanged(field) && (field.type !== "radio" || field.checked));
  const isBegun = changed.some((field) => field.matches(DATED)) || texts.some((field) => field.value !== field.defaultValue);
  if (!isBegun || !changed.length) return "";
  const pairs = changed.map((field) => [`${isTick(field) && !field.checked ? "-" : ""}${field.name}`, field.value]);
  return `${changed.map(wordsOf).filter(Boolean).join(" · ").slice(0, LONGEST)}\n${new URLSearchParams(pairs)}`;
}

export const saidOf = (text) => text.split("\n")[0];

// Each field that is still there, beside what stood in it.
function standing(form, text) {
  const fields = choicesOf(form);
  return [...new URLSearchParams(text.split("\n")[1] || "")].flatMap(([key, value]) => {
    const [name, isOff] = key.startsWith("-") ? [key.slice(1), true] : [key, false];
    const field = fields.find((one) => one.name === name && (!isTick(one) || one.value === value));
    return field ? [{ field, value, isOff }] : [];
  });
}

export const stands = (form, text) =>
  standing(form, text).every(({ field, value, isOff }) => (isTick(field) ? field.checked !== isOff : field.value === value));

export function putBack(form, text) {
  for (const { field, value, isOff } of standing(form, text)) {
    if (isTick(field)) field.checked = !isOff;
    else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
