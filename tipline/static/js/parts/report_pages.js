// Links and forms marked data-go change the page in place, so that uploads live on. The server's pages are the
// same either way; when anything is unclear the browser loads the page as usual.
import { forgetUploads } from "./report_fingerprint.js";
import { filesToFollow, noteSent } from "./report_following.js";
import { fillIn, forgetTyped, typedValues } from "./report_typed.js";
import { notice, say, takeBack } from "./report_words.js";

const AROUND = [".top", ".danger", ".foot", "#words"];
const arrivals = [];
let shown = "";
let pressed = null;

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
  // What was typed stays when the language changes.
  go(link.href, {}, true, link.hreflang ? typedValues(document.getElementById("main")) : null);
}

function onSubmit(event) {
  const form = event.target;
  if (form.matches("[data-forget]")) { forgetTyped(); forgetUploads(); }
  if (!form.matches("form[data-go]") || event.defaultPrevented) return;
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  if (button) button.disabled = true;
  const told = new FormData(form);
  // Of two buttons that send the same form it matters which; only new browsers tell.
  if (pressed && pressed.form === form && pressed.name) told.set(pressed.name, pressed.value);
  // Words go first and bring the receipt; files that were chosen follow when it is there.
  const hasFiles = form.matches("[data-files-follow]") && filesToFollow().length > 0;
  for (const name of fileFields(form)) told.delete(name);
  if (hasFiles) { told.set("files_follow", "1"); noteSent(); }
  const body = new URLSearchParams(told);
  go(form.action + (form.dataset.land || ""), { method: "POST", body }, true).then(() => { if (button) button.disabled = false; });
}

const fileFields = (form) => Array.from(form.querySelectorAll("input[type=file][name]")).map((one) => one.name);

async function go(address, options, push, typed) {
  let response;
  let html;
  try {
    response = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" }, ...options });
    html = await response.text();
  } catch (fault) {
    notice(say("no_connection"));
    return;
  }
  notice("");
  const page = new DOMParser().parseFromString(html, "text/html");
  if (!page.getElementById("main")) { location.href = response.url; return; }
  // A form that came back with faults has no address of its own.
  const isPage = !options.method || response.redirected;
  if (push && isPage) history.pushState(null, "", response.url + hashOf(address));
  shown = addressOf(location);
  swap(page);
  if (typed) fillIn(document.getElementById("main"), typed);
  arrive(true);
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
