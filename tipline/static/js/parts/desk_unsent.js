// What is typed is saved a moment later under its field's name, so that a cut line, a closed tab or an ended visit
// takes nothing away. The server offers it again; nothing is kept in the browser. What is chosen beside it is saved
// with it, a form at a time (desk_chosen.js): whatever is saved is a field of text or a form.
import { chosenIn, putBack, saidOf, stands } from "./desk_chosen.js";

const PAUSE_MS = 800;
const PATIENCE_MS = 5000; // for an answer, before something newer is sent all the same
const waiting = new Map(); // field or form → its timer
const going = new Map(); // name → what stops a request under way
const lines = new Map(); // name → the request that was sent last
const newest = new Map(); // name → what stands there now
const saved = new WeakMap(); // field or form → text last saved

// A field without a name of its own is kept under the address its form is sent to, if that is one of these.
const KEPT = ["cases", "tips", "queue", "incidents/", "topics", "bulletins"].map((one) => `[action^="/desk/${one}"]`).join();
const TEXTS = "textarea[name], input[name]:not([type]), input[name][type=text]";
const FORMS = `main[data-drafts] form[method=post]:is(${KEPT})`;
const OWN_OR_TEXTS = `[data-unsent], ${FORMS} :is(${TEXTS})`;
const fieldsOf = (form) => [...(form.querySelectorAll?.(OWN_OR_TEXTS) || [])];
// What was chosen for many tips goes with their ticks, which nobody wants back.
const CHOOSING = `${FORMS}:not([data-batch])`;
const CHOSEN = "#choices";

const isForm = (what) => what instanceof HTMLFormElement;
const formOf = (what) => (isForm(what) ? what : what.form);
const textOf = (what) => (isForm(what) ? chosenIn(what, fieldsOf(what)) : what.value);

const token = (what) => formOf(what)?.querySelector("[name=csrf_token]")?.value || document.querySelector("[name=csrf_token]")?.value || "";

// A thread's field holds several kinds of text: each is saved under its own name, so that a note never turns up as a message.
function nameOf(field) {
  const sentTo = new URL(formOf(field)?.getAttribute("action") || "", window.location.href).pathname;
  if (isForm(field)) return `${sentTo}${CHOSEN}`;
  if (!field.dataset.unsent) return `${sentTo}#${field.name}`;
  const kind = field.form?.querySelector("input[name=kind]:checked")?.value;
  return kind ? `${field.dataset.unsent}:${kind}` : field.dataset.unsent;
}

// One after the other: of two requests on their way at once the older text could be the one that is kept.
function post(name, text, csrf) {
  const one = { text, csrf, isSent: false };
  newest.set(name, one);
  const send = () => newest.get(name) === one && !one.isSent && sendOne(name, one);
  const line = going.has(name) ? Promise.race([lines.get(name), patience()]).then(send) : send();
  lines.set(name, line);
  return line;
}

const patience = () => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));

async function sendOne(name, one) {
  one.isSent = true;
  going.get(name)?.abort();
  const stop = new AbortController();
  going.set(name, stop);
  try {
    const body = new URLSearchParams({ field: name, text: one.text, csrf_token: one.csrf });
    const answer = await fetch("/desk/unsent", { method: "POST", body, credentials: "same-origin", keepalive: one.text.length < 15000, signal: stop.signal });
    return answer.ok;
  } catch {
    return false; // the line is cut: tried again with the next key, and when the page is left
  } finally {
    if (going.get(name) === stop) going.delete(name);
  }
}

// What stands there as it came from the server is nothing begun, unless it was looked at and not kept (`data-typed`).
const isBare = (what) => (isForm(what) ? !textOf(what) : what.value === what.defaultValue);
const isAsItCame = (what) => isBare(what) && (isForm(what) || !what.form?.hasAttribute("data-typed"));

async function save(field) {
  clearTimeout(waiting.get(field));
  waiting.delete(field);
  const text = textOf(field);
  if (text === saved.get(field) || (isAsItCame(field) && saved.get(field) === undefined)) return;
  if (await post(nameOf(field), isAsItCame(field) ? "" : text, token(field))) saved.set(field, text);
}

function later(what) {
  if (!what) return;
  clearTimeout(waiting.get(what));
  waiting.set(what, setTimeout(() => save(what), PAUSE_MS));
}

const choosing = (field) => field.form?.matches?.(CHOOSING) && field.form;

function onInput(event) {
  later(event.target.closest?.(OWN_OR_TEXTS));
  later(choosing(event.target));
}

// Choices are also made by a key or by another part of the page, which tells of a change alone.
function onChoice({ target }) {
  if (target.matches?.("select, [type=radio], [type=checkbox]")) later(choosing(target));
}

// Leaving, nothing is waited for.
function saveAll() {
  for (const field of [...waiting.keys()]) save(field);
  for (const [name, one] of newest) if (!one.isSent) sendOne(name, one);
}

// What is being sent must not be saved after it. A request that was stopped may have reached the server all the same,
// so the field is forgotten once more when the answer is here.
const sending = new WeakMap();

function onSent(event) {
  const { sourceElement: form, response } = event.detail.ctx;
  const status = response?.raw?.status ?? response?.status ?? 200;
  for (const [field, name] of (status < 400 && sending.get(form)) || []) {
    post(name, "", token(field));
    // Somebody has written on in it since; what was kept of that went with what was sent.
    saved.delete(field);
    if (!isBare(field)) save(field);
  }
  sending.delete(form);
}

const begunForms = (form) => (saved.get(form) || waiting.has(form) || (form.matches?.(CHOOSING) && draftOf(nameOf(form))) ? [form] : []);

function onSubmit(event) {
  // A look at what was typed carries nothing out: it stays begun.
  if (event.submitter?.hasAttribute("data-looks")) return saveAll();
  const fields = [...fieldsOf(event.target), ...begunForms(event.target)];
  if (event.target.hasAttribute?.("hx-post")) sending.set(event.target, fields.map((field) => [field, nameOf(field)]));
  for (const field of fields) {
    clearTimeout(waiting.get(field));
    waiting.delete(field);
    newest.delete(nameOf(field));
    going.get(nameOf(field))?.abort();
    saved.set(field, "");
    forget(nameOf(field));
  }
}

// --- what was begun in forms without names of their own comes from the server in one place

const drafts = () => [...document.querySelectorAll("#drafts [data-begun]")];
const forget = (name) => drafts().filter((one) => one.dataset.begun === name).forEach((one) => one.remove());
const draftOf = (name) => drafts().find((one) => one.dataset.begun === name);
const textIn = (box) => box.querySelector("textarea").value;
const isChosen = (box) => box.dataset.begun.endsWith(CHOSEN);
const formNamed = (name) => [...document.querySelectorAll(CHOOSING)].find((form) => nameOf(form) === name);
// A form is found by its name: an id of ours would make it another one to whoever draws the page anew.
const targetOf = (box) => (isChosen(box) ? formNamed(box.dataset.begun) : document.getElementById(box.dataset.target));
const shownIn = (form) => [...document.querySelectorAll("[data-begun]:not(#drafts *)")].find((box) => {
  const target = targetOf(box);
  return target && formOf(target) === form;
});

function unfold(element) {
  const folded = element.closest("details");
  if (folded) folded.open = true;
}

function show(box, target, before) {
  const shown = box.cloneNode(true);
  shown.dataset.target = target.id;
  before(shown);
  unfold(target);
}

// What was chosen is named beside the words it belongs to; alone, where none of them were left.
function offerChosen(box) {
  const form = formNamed(box.dataset.begun);
  if (!form || stands(form, textIn(box))) return;
  const beside = shownIn(form);
  if (!beside) return show(box, form, (shown) => (form.matches(".line") ? form.before(shown) : form.prepend(shown)));
  if (beside.querySelector("[data-begun-chosen]") || isChosen(beside)) return;
  const words = document.createElement("span");
  words.dataset.begunChosen = "";
  words.textContent = ` · ${saidOf(textIn(box))}`;
  beside.querySelector("q").after(words);
}

function offer() {
  const waiting = drafts();
  if (!waiting.length) return;
  const fields = fieldsOf(document).filter((field) => !field.dataset.unsent);
  for (const box of waiting.filter((one) => !isChosen(one))) {
    const field = fields.find((one) => nameOf(one) === box.dataset.begun);
    const text = textIn(box);
    if (!field || field.value !== field.defaultValue || field.value === text) continue;
    field.id ||= `begun-${box.dataset.begun.replace(/[^a-z0-9]+/gi, "-")}`;
    if (document.querySelector(`[data-target="${CSS.escape(field.id)}"]`)) continue;
    show(box, field, (shown) => (field.closest("form.line") || field).before(shown));
  }
  waiting.filter(isChosen).forEach(offerChosen);
}

// The text moves to another kind: it is no longer begun under the former one.
function onKind(event) {
  if (event.target.name !== "kind") return;
  const field = event.target.form?.querySelector("[data-unsent]");
  if (!field || !field.value) return;
  for (const one of event.target.form.querySelectorAll("input[name=kind]")) {
    if (!one.checked) post(`${field.dataset.unsent}:${one.value}`, "", token(field));
  }
  saved.delete(field);
  save(field);
}

// Whoever keeps what somebody else decided has no use for his own words any more.
function dropTyped(form) {
  for (const one of document.forms) {
    if (one === form || one.getAttribute("action") !== form.getAttribute("action")) continue;
    for (const field of [...fieldsOf(one), ...begunForms(one)]) post(nameOf(field), "", token(field));
  }
}

function useWords(box, field) {
  const kind = box.dataset.kind && field.form.querySelector(`input[name=kind][value="${box.dataset.kind}"]`);
  if (kind) kind.checked = true;
  field.value = textIn(box);
  saved.set(field, field.value);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function useChosen(form) {
  const box = form?.matches(CHOOSING) && draftOf(nameOf(form));
  if (!box) return;
  saved.set(form, textIn(box));
  putBack(form, textIn(box));
  forget(nameOf(form));
}

function drop(name, near) {
  post(name, "", token(near));
  forget(name);
}

function onClick(event) {
  const byHand = event.target.closest?.("[data-drop-typed]");
  if (byHand) dropTyped(byHand.closest("form"));
  const box = event.target.closest?.("[data-begun]");
  if (!box) return;
  const target = targetOf(box);
  if (event.target.closest("[data-begun-use]") && target) {
    if (!isForm(target)) useWords(box, target);
    useChosen(formOf(target));
    forget(box.dataset.begun);
    box.remove();
    (isForm(target) ? target.querySelector("select, input:not([type=hidden])") : target)?.focus();
  } else if (event.target.closest("[data-begun-drop]")) {
    drop(box.dataset.begun, target || box);
    const form = target && formOf(target);
    if (form?.matches(CHOOSING) && draftOf(nameOf(form))) drop(nameOf(form), target);
    box.remove();
  }
}

export function startUnsent() {
  document.addEventListener("input", onInput);
  document.addEventListener("change", onKind);
  document.addEventListener("change", onChoice);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("click", onClick);
  document.addEventListener("htmx:after:swap", onSent);
  document.addEventListener("htmx:after:swap", offer);
  window.addEventListener("pagehide", saveAll);
  document.addEventListener("visibilitychange", () => document.hidden && saveAll());
  offer();
  // What a fold hides nobody would look for.
  document.querySelectorAll("details [data-begun]").forEach(unfold);
}
