// Cases that fit what is typed. The list comes a moment later than the words: until it is there nothing is sent that
// rests on it, and what somebody chose in it stays chosen while another list is on its way.
const asked = new WeakMap(); // field → the words last asked for
const flight = new Map(); // field → the question under way
const typed = new Set(); // fields whose words are not asked for yet
const chosen = new WeakMap(); // field → what somebody chose beside it
let owed = null; // what waits for a list

const isField = (element) => Boolean(element?.matches?.("[data-finds]"));
const isAwaited = (field) => typed.has(field) || flight.has(field);

// A list that somebody works with is not drawn over by an answer to something else.
const listOf = (field) => field.form?.querySelector("[data-found]");
const keep = (field) => listOf(field)?.setAttribute("hx-morph-skip", "");
const free = (form) => form?.querySelector?.("[data-found]")?.removeAttribute("hx-morph-skip");

function onInput({ target }) {
  if (!isField(target)) return;
  keep(target);
  if (target.value === asked.get(target)) typed.delete(target);
  else typed.add(target);
}

function onAnswer(field) {
  const all = [...field.form.querySelectorAll("[data-found] [type=radio], [type=radio][data-beside]")];
  const one = all.find((radio) => radio.value === chosen.get(field));
  if (one) one.checked = true;
  else chosen.delete(field);
  if (!one && all.length && field.dataset.finds === "first" && field.value.trim()) all[0].checked = true;
}

// The words and their list belong together again, or the line was cut.
function settle(field, isThere) {
  if (isAwaited(field) || owed?.field !== field) return;
  const { form, submitter } = owed;
  owed = null;
  if (isThere && form.isConnected) form.requestSubmit(submitter?.form === form ? submitter : null);
}

// Of the bar of the queue only the sheet that is sent.
const partOf = (form, submitter) => (form.matches("[data-batch]") ? submitter?.closest("[data-sheet]") : form);

function onSubmit(event) {
  const form = event.target;
  const field = partOf(form, event.submitter)?.querySelector("[data-finds]");
  if (!field || !isAwaited(field)) return;
  owed = { form, field, submitter: event.submitter };
  event.preventDefault();
  event.stopImmediatePropagation();
}

export function startChoices() {
  document.addEventListener("input", onInput);
  document.addEventListener("change", ({ target, isTrusted }) => {
    const field = isTrusted && target.matches?.("[data-found] [type=radio], [data-beside]") && target.form.querySelector("[data-finds]");
    if (!field) return;
    keep(field);
    chosen.set(field, target.value);
  });
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => ctx.response?.status < 400 && free(ctx.sourceElement));
  document.addEventListener("reset", ({ target }) => {
    free(target);
    for (const field of target.querySelectorAll("[data-finds]")) {
      typed.delete(field);
      chosen.delete(field);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") owed = null;
  });
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const field = ctx.sourceElement;
    if (!isField(field)) return;
    asked.set(field, field.value);
    typed.delete(field);
    flight.set(field, ctx);
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => isField(ctx.sourceElement) && onAnswer(ctx.sourceElement));
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const field = ctx.sourceElement;
    if (!isField(field) || flight.get(field) !== ctx) return;
    flight.delete(field);
    settle(field, ctx.status === "swapped");
  });
}
