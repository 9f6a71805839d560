// The status page asks about every ten seconds whether something changed. An ETag keeps the answer empty if not.
// Many may watch one incident: each waits a little more or less, so that they do not ask all at once, and seldom when
// it is over.
// Other pages look again only when a file of theirs has arrived.
const EVERY_MS = 10000;
const QUIET_MS = 60000;
const SPREAD = 0.25;
let timer = 0;
let looks = 0;
let looking = 0; // the look that is not answered yet
let askNow = () => {};

document.addEventListener("arrived", () => {
  askNow();
  lookAgain();
});

export function followLive(main) {
  clearTimeout(timer);
  askNow = () => {};
  // What was asked for on the page before tells of what was then: it is asked again, never drawn over this one.
  if (looking) lookAgain();
  const holder = main.querySelector("[data-live]");
  if (!holder) return;
  let etag = "";
  let asked = 0;
  // A file that arrives asks at once, also while an answer is on its way: only the answer asked for last is drawn, and
  // only it asks on.
  const ask = async () => {
    clearTimeout(timer);
    if (!holder.isConnected) return;
    asked += 1;
    const mine = asked;
    const isLast = () => mine === asked && holder.isConnected;
    const told = document.hidden ? etag : await refresh(holder, etag, isLast);
    if (!isLast()) return;
    etag = told;
    if (etag !== null) timer = setTimeout(ask, pause(holder));
  };
  askNow = ask;
  timer = setTimeout(ask, pause(holder));
}

function pause(holder) {
  const usual = holder.querySelector("[data-quiet]") ? QUIET_MS : EVERY_MS;
  return usual * (1 + SPREAD * (2 * Math.random() - 1));
}

// Parts of the page that tell of files, taken anew from the same page. They are looked up when the answer is here:
// another one may have drawn them meanwhile, or the page may have changed.
async function lookAgain() {
  looks += 1;
  looking = 0;
  if (!document.querySelector("[data-refresh]")) return;
  const mine = looks;
  looking = mine;
  const address = location.href;
  let html;
  try {
    const response = await fetch(address, { credentials: "same-origin", cache: "no-store" });
    html = await response.text();
  } catch (fault) {
    return; // without a connection the page simply stays as it is
  } finally {
    if (looking === mine) looking = 0;
  }
  const page = new DOMParser().parseFromString(html, "text/html");
  if (mine !== looks || address !== location.href || page.documentElement.lang !== document.documentElement.lang) return;
  for (const part of Array.from(document.querySelectorAll("[data-refresh]"))) {
    const fresh = page.getElementById(part.id);
    if (fresh) part.replaceWith(document.importNode(fresh, true));
  }
}

// Gives the new ETag, or null when the visit has ended and asking is useless.
async function refresh(holder, etag, isLast) {
  let response;
  try {
    response = await fetch(holder.dataset.live, {
      credentials: "same-origin",
      cache: "no-store",
      headers: etag ? { "If-None-Match": etag } : {},
    });
  } catch (fault) {
    return etag; // without a connection the page simply stays as it is
  }
  if (response.status === 401) return null;
  if (response.status !== 200) return etag;
  let html;
  try {
    html = await response.text();
  } catch (fault) {
    return etag;
  }
  if (!isLast()) return etag;
  const before = wordsOf(holder);
  drawAround(holder, html);
  const told = document.getElementById("live-told");
  const now = wordsOf(holder);
  if (told && now !== before) told.textContent = now;
  // A tab in the background shows that a question waits.
  const title = holder.querySelector("[data-title]");
  if (title) document.title = title.dataset.title;
  return response.headers.get("ETag") || "";
}

// What somebody is at work in stays as it stands: all around it is drawn anew.
function drawAround(holder, html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  const kept = Array.from(holder.children).filter((part) => part.id && isTouched(part) && fresh.querySelector("#" + part.id));
  Array.from(holder.childNodes).forEach((node) => { if (!kept.includes(node)) node.remove(); });
  const ahead = kept.slice();
  for (const node of Array.from(fresh.childNodes)) {
    const at = ahead.findIndex((one) => one.id === node.id);
    if (at >= 0) ahead.splice(0, at + 1);
    else holder.insertBefore(node, ahead[0] || null);
  }
}

// Unfolded, typed into, or with the focus in it.
function isTouched(part) {
  const isTyped = Array.from(part.querySelectorAll("textarea, input")).some((field) => field.value !== field.defaultValue);
  return isTyped || Boolean(part.querySelector("details[open]")) || part.contains(document.activeElement);
}

// The state, and the newest line of what has happened: a message leaves the state as it was.
function wordsOf(holder) {
  const lines = [".now-text", ".course .latest span", ".incident-over", ".incident-course .latest .written"].map((one) => holder.querySelector(one));
  return lines.map((one) => (one ? one.textContent.trim() : "")).filter(Boolean).join(" · ");
}
