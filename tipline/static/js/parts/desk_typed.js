// What somebody types or chooses outlasts the answers that are drawn meanwhile: those to other forms and to what the page
// asks by itself, and, if it was typed since the form was sent, also the answer to that form.
const FIELDS = "main :is(textarea, select, input:not([type=hidden]):not([type=file]):not([data-pick]))";
const sent = new WeakMap(); // form → what stood in its fields when it left
const since = new WeakMap(); // form → what was changed in it until its answer came
const drawn = new WeakMap(); // form → what stood in its fields when the answer was drawn

const isTick = (field) => field.type === "checkbox" || field.type === "radio";
const valueOf = (field) => (isTick(field) ? field.checked : field.value);
const fieldsOf = (form) => [...form.elements].filter((field) => field.matches(FIELDS));

function put(field, value) {
  if (isTick(field)) field.checked = value;
  else field.value = value;
}

// What a list shows without anybody having chosen.
const usual = (select) => Math.max(0, [...select.options].findIndex((one) => one.defaultSelected));

export function isChanged(field) {
  if (isTick(field)) return field.checked !== field.defaultChecked;
  return field.matches("select") ? field.selectedIndex !== usual(field) : field.value !== field.defaultValue;
}

const valuesOf = (fields) => new Map(fields.map((field) => [field, valueOf(field)]));

function changedSince(form, then) {
  return valuesOf(fieldsOf(form).filter((field) => then?.has(field) && then.get(field) !== valueOf(field)));
}

let answered = null; // the form whose answer is drawn just now
let kept = new Map();

function remember({ detail: { ctx } }) {
  answered = ctx.sourceElement?.matches?.("form") ? ctx.sourceElement : null;
  if (answered) since.set(answered, changedSince(answered, sent.get(answered)));
  const others = [...document.querySelectorAll(FIELDS)].filter((field) => field.form && field.form !== answered && isChanged(field));
  const all = new Map([...valuesOf(others), ...(since.get(answered) || [])]);
  kept = new Map([...all].map(([field, value]) => [field, [value, means(field)]]));
}

// Where choices are drawn anew, another one may stand in the place of what was ticked.
const means = (field) => `${field.name} ${field.value}`;

function standIn(field, meant) {
  if (!isTick(field)) return field.isConnected ? field : field.id && document.getElementById(field.id);
  return [...(field.form?.elements || [])].find((one) => one.type === field.type && means(one) === meant);
}

// In the same breath in which parts are drawn. A field drawn anew under the same name takes over what stood in it.
function bringBack() {
  for (const [field, [, meant]] of kept) if (isTick(field) && means(field) !== meant) field.checked = field.defaultChecked;
  for (const [field, [value, meant]] of kept) {
    const now = standIn(field, meant);
    if (now && valueOf(now) !== value) put(now, value);
  }
  if (answered) drawn.set(answered, valuesOf(fieldsOf(answered)));
}

export function startTyped() {
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (form?.matches?.("form")) sent.set(form, valuesOf(fieldsOf(form)));
  });
  document.addEventListener("htmx:before:swap", remember);
  document.addEventListener("htmx:before:settle", bringBack);
}

// Empties a form that was carried out, but for what was typed into it since; whether there was anything.
export function empty(form) {
  const typed = new Map([...(since.get(form) || []), ...changedSince(form, drawn.get(form))]);
  form.reset();
  for (const [field, value] of typed) put(field, value);
  return typed.size === 0;
}
