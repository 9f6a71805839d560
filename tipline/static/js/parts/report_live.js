// The status page asks about every ten seconds whether something changed. An ETag keeps the answer empty if not.
// Many may watch one incident: each waits a little more or less, so that they do not ask all at once, and seldom when
// it is over.
// Other pages look again only when a file of theirs has arrived.
const EVERY_MS = 10000;
const QUIET_MS = 60000;
const SPREAD = 0.25;
let timer = 0;
let askNow = () => {};

document.addEventListener("arrived", () => {
  askNow();
  lookAgain();
});

export function followLive(main) {
  clearTimeout(timer);
  askNow = () => {};
  const holder = main.querySelector("[data-live]");
  if (!holder) return;
  let etag = "";
  const ask = async () => {
    clearTimeout(timer);
    if (!holder.isConnected) return;
    if (!document.hidden) etag = await refresh(holder, etag);
    if (etag !== null) timer = setTimeout(ask, pause(holder));
  };
  askNow = ask;
  timer = setTimeout(ask, pause(holder));
}

function pause(holder) {
  const usual = holder.querySelector("[data-quiet]") ? QUIET_MS : EVERY_MS;
  return usual * (1 + SPREAD * (2 * Math.random() - 1));
}

// Parts of the page that tell of files, taken anew from the same page.
async function lookAgain() {
  const parts = Array.from(document.querySelectorAll("[data-refresh]"));
  if (!parts.length) return;
  try {
    const response = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of parts) {
      const fresh = page.getElementById(part.id);
      if (fresh) part.replaceWith(document.importNode(fresh, true));
    }
  } catch (fault) {
    // without a connection the page simply stays as it is
  }
}

// Gives the new ETag, or null when the visit has ended and asking is useless.
async function refresh(holder, etag) {
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
  const html = await response.text();
  const before = wordsOf(holder);
  holder.innerHTML = html;
  const told = document.getElementById("live-told");
  const now = wordsOf(holder);
  if (told && now !== before) told.textContent = now;
  // A tab in the background shows that a question waits.
  const title = holder.querySelector("[data-title]");
  if (title) document.title = title.dataset.title;
  return response.headers.get("ETag") || "";
}

// The state, and the newest line of what has happened: a message leaves the state as it was.
function wordsOf(holder) {
  const lines = [".now-text", ".course .latest span", ".incident-over", ".incident-course .latest .written"].map((one) => holder.querySelector(one));
  return lines.map((one) => (one ? one.textContent.trim() : "")).filter(Boolean).join(" · ");
}
