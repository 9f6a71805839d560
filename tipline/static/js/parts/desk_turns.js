// Acts on their way to the station. While one is, nothing that the page asks by itself is drawn: it may tell of what was
// before the act, and a row or a form drawn on that would be refused as outdated. It is asked for again instead.
const MOST_KEPT_ALIVE = 15000; // browsers refuse more than 64 KB of all pages together
const acts = new Set(); // of what is under way
const began = new WeakMap(); // a question of the page → how many acts were answered when it left
let answered = 0;
let isMissed = false; // something was not drawn
let owed = null;

const isAct = (ctx) => ctx.request.method === "POST" && Boolean(ctx.sourceElement?.matches?.("form"));
const isByItself = (ctx) => ctx.sourceElement?.id === "live" || ctx.sourceEvent?.type === "every";

export const areUnderWay = (sort = "form") => [...acts].some((ctx) => ctx.sourceElement?.matches?.(sort));

// Now, or as soon as everything that is under way was answered.
export function afterActs(call) {
  if (acts.size) owed = call;
  else call();
}

export function askLive(htmx) {
  const live = document.getElementById("live");
  if (live) htmx.ajax("GET", live.getAttribute("hx-get"), { source: live, swap: "none" });
}

// An act that has left the hand arrives, also when the page is left at once.
function send(ctx) {
  const { body } = ctx.request;
  acts.add(ctx);
  ctx.request.keepalive = body instanceof URLSearchParams && String(body).length < MOST_KEPT_ALIVE;
}

function over(ctx) {
  if (!acts.delete(ctx)) return;
  answered += 1;
}

export function startTurns(htmx) {
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (isAct(ctx)) send(ctx);
    else if (isByItself(ctx)) began.set(ctx, answered);
  });
  document.addEventListener("htmx:before:response", (event) => {
    const { ctx } = event.detail;
    if (!began.has(ctx) || (!acts.size && began.get(ctx) === answered)) return;
    isMissed ||= ctx.sourceElement.id === "live";
    event.preventDefault();
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => over(ctx));
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    over(ctx);
    if (acts.size) return;
    const call = owed;
    owed = null;
    if (isMissed) askLive(htmx);
    isMissed = false;
    call?.();
  });
}
