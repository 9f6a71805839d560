// Links and forms marked data-go change the page in place, so that uploads live on. The server's pages are the
// same either way; when anything is unclear the browser loads the page as usual.
import { forgetUploads } from "./report_fingerprint.js";
import { filesToFollow, noteSent } from "./report_following.js";
import { fillBeside, fillIn, forgetTyped, typedBeside, typedValues } from "./report_typed.js";
import { endVoice } from "./report_voice.js";
import { notice, say, takeBack } from "./report_words.js";

const AROUND = [".top", ".danger", ".foot", "#spoken"];
const arrivals = [];
let shown = "";
let pressed = null;
let asked = 0; // pages so far; the one asked for last is drawn

export function onArrival(call) {
  arrivals.push(call);
}

export function startPages() {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  // A link to a field of the same page is the browser's own affair: fetching the page anew would lose what is typed.
  window.addEventListener("popstate", () => { if (addressOf(location) !== shown) go(location.href, {}, false); });
  window.addEventListener("online", () => takeBack(say("no_connection")));
  shown = addressOf(location);
  arrive(false);
}

function onClick(event) {
  pressed = (event.target.closest && event.target.closest("button[type=submit]")) || null;
  const link = event.target.closest && event.target.closest("a[data-go]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  // What was typed stays when the language changes, also what is typed until the page is there.
  const typed = link.hreflang ? () => typedValues(document.getElementById("main")) : null;
  endVoice().then(() => go(link.href, {}, true, typed));
}

function onSubmit(event) {
  const form = event.target;
  if (form.matches("[data-forget]")) { forgetTyped(); forgetUploads(); }
  if (!form.matches("form[data-go]") || event.defaultPrevented) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy")) return;
  // Of two buttons that send the same form it matters which; only new browsers tell.
  const button = pressed && pressed.form === form && pressed.name ? pressed : null;
  const free = hold(form);
  // What is being said into the microphone belongs to it.
  endVoice().then(() => send(form, button)).then(free);
}

// While a form is on its way nothing more is typed into it: the page that answers would not have it.
function hold(form) {
  const buttons = Array.from(form.querySelectorAll("button[type=submit]")).filter((one) => !one.disabled);
  const fields = Array.from(form.querySelectorAll("input, textarea")).filter((one) => !one.readOnly);
  const at = document.activeElement;
  form.setAttribute("aria-busy", "true");
  buttons.forEach((one) => { one.disabled = true; });
  fields.forEach((one) => { one.readOnly = true; });
  return () => {
    form.removeAttribute("aria-busy");
    buttons.forEach((one) => { one.disabled = false; });
    fields.forEach((one) => { one.readOnly = false; });
    if (at && at.isConnected && document.activeElement === document.body) at.focus();
  };
}

function send(form, button) {
  const told = new FormData(form);
  if (button) told.set(button.name, button.value);
  // Words go first and bring the receipt; files that were chosen follow when it is there.
  const hasFiles = form.matches("[data-files-follow]") && filesToFollow().length > 0;
  for (const name of fileFields(form)) told.delete(name);
  if (hasFiles) { told.set("files_follow", "1"); noteSent(true); }
  const body = new URLSearchParams(told);
  const path = location.pathname;
  const typed = form.matches("[data-forget]") ? null : () => (location.pathname === path ? typedBeside(form) : []);
  return go(form.action + (form.dataset.land || ""), { method: "POST", body }, true, typed).then((isHere) => { if (!isHere) noteSent(false); });
}

const fileFields = (form) => Array.from(form.querySelectorAll("input[type=file][name]")).map((one) => one.name);

// Of pages asked for one after the other the last is drawn, whichever comes last. What answers a form is always
// drawn, and nothing over it that was asked for before: it may hold the receipt code. Comes back with true if drawn.
async function go(address, options, push, typed) {
  asked += 1;
  const mine = asked;
  const isForm = Boolean(options.method);
  let response;
  let html;
  try {
    response = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" }, ...options });
    html = await response.text();
  } catch (fault) {
    if (isForm || mine === asked) notice(say("no_connection"));
    return false;
  }
  if (isForm) asked += 1;
  else if (mine !== asked) return false;
  notice("");
  const page = new DOMParser().parseFromString(html, "text/html");
  if (!page.getElementById("main")) { location.href = response.url; return false; }
  // A form that came back with faults has no address of its own.
  const isPage = !isForm || response.redirected;
  if (push && isPage) history.pushState(null, "", response.url + hashOf(address));
  shown = addressOf(location);
  const was = typed && typed();
  swap(page);
  if (was) (isForm ? fillBeside(was) : fillIn(document.getElementById("main"), was));
  arrive(true);
  return true;
}

const addressOf = (place) => place.pathname + place.search;

function hashOf(address) {
  const at = address.indexOf("#");
  return at < 0 ? "" : address.slice(at);
}

function swap(page) {
  document.title = page.title;
  document.documentElement.lang = page.documentElement.lang;
  for (const part of AROUND.concat("#main")) {
    const old = document.querySelector(part);
    const fresh = page.querySelector(part);
    if (old && fresh) old.replaceWith(document.importNode(fresh, true));
  }
}

function arrive(moved) {
  const main = document.getElementById("main");
  for (const call of arrivals) call(main);
  const faults = main.querySelector("[data-focus]");
  const aim = faults || (location.hash && document.getElementById(location.hash.slice(1)));
  if (aim) {
    aim.focus();
    aim.scrollIntoView();
  } else if (moved) {
    main.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }
}
