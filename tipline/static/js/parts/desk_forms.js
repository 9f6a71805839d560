// Forms sent by htmx: once they are carried out they are emptied and folded away; a refusal leaves all in place.
import { empty } from "./desk_typed.js";

function onDone(form) {
  const isEmpty = form.matches("[data-keep]") || empty(form);
  form.querySelectorAll("[data-begun]").forEach((box) => box.remove());
  if (!isEmpty) return; // somebody goes on in it
  form.querySelector("#preview")?.replaceChildren();
  form.closest("details")?.removeAttribute("open");
}

const SHOWN_MS = 10000;
let fading = 0;

// What went well need not be answered: it goes after a while, but never from under a hand. A fault stays.
function fade() {
  clearTimeout(fading);
  const notice = document.querySelector("#flash .notice:not(.notice-fault)");
  if (!notice) return;
  fading = setTimeout(() => {
    if (notice.matches(":hover") || notice.contains(document.activeElement)) fade();
    else notice.remove();
  }, SHOWN_MS);
}

function showFor(form) {
  const chosen = form.querySelector("input[name=state]:checked")?.value;
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(chosen);
    for (const field of part.querySelectorAll("input")) field.disabled = part.hidden; // what is not asked is not sent
  }
}

// A second click on the same button would be refused as outdated, and that looks like somebody else's doing.
// However long the answer takes: a page that is on its way is waited for, and so is what htmx has sent.
const AGAIN_MS = 1000;
const PAGE_MS = 5000;
let last = { sent: "", at: 0 };
const waiting = new Map(); // what a form sent that is not answered yet, by the form

function wordsOf(form, button) {
  const told = new FormData(form);
  if (button?.name) told.append(button.name, button.value);
  return form.action + " " + new URLSearchParams(told);
}

function dropSecondClick(event) {
  const form = event.target;
  if (form.method !== "post") return;
  const sent = wordsOf(form, event.submitter);
  const patience = form.hasAttribute("hx-post") ? AGAIN_MS : PAGE_MS;
  const isAgain = waiting.get(form) === sent || (sent === last.sent && event.timeStamp - last.at < patience);
  if (isAgain) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else {
    last = { sent, at: event.timeStamp };
  }
}

// Out of a field by Escape, so that single keys mean the tip again; an act thought better of folds, its words stay in it.
function leaveField(event) {
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
  if (!event.target.matches?.(".bench-decisions :is(input, textarea, select)")) return;
  event.target.closest("details.act")?.removeAttribute("open");
  event.target.blur();
}

export function startForms() {
  document.addEventListener("keydown", leaveField);
  document.addEventListener("submit", dropSecondClick, true);
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const { sourceElement: form, request } = ctx;
    if (form?.matches?.("form")) waiting.set(form, `${form.action} ${request.body}`);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => waiting.delete(ctx.sourceElement));
  window.addEventListener("pageshow", () => (last = { sent: "", at: 0 }));

  document.addEventListener("htmx:after:swap", (event) => {
    const { sourceElement: form, response } = event.detail.ctx;
    if (form?.matches?.("form")) {
      const isDone = (response?.raw?.status ?? response?.status ?? 200) < 400;
      if (isDone && form.isConnected && !form.matches("[data-undo]")) onDone(form);
      fade();
    }
    document.querySelectorAll("[data-state-form]").forEach(showFor);
  });
  // A visit that ended: send the form the plain way, so that the sign-in page keeps what it holds.
  document.addEventListener("htmx:before:response", (event) => {
    const { sourceElement: form, response } = event.detail.ctx;
    const status = response?.raw?.status ?? response?.status;
    if (status !== 401 || !form?.matches?.("form")) return;
    event.preventDefault();
    form.submit();
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-state-form]");
    if (form) showFor(form);
  });
  document.querySelectorAll("[data-state-form]").forEach(showFor);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
    event.target.closest("[data-dismiss]")?.closest(".notice").remove();
  });
  fade();
}
