// Pictures and films on a host of their own come by links that run out. One that is refused is asked for anew at
// our own address, which knows who looks and sends the browser on to a fresh link.
const tried = new WeakMap();
const AGAIN_MS = 5000;

function renewed(address) {
  const url = new URL(address, location.href);
  if (url.origin === location.origin || !url.searchParams.has("sig")) return null;
  for (const name of ["for", "until", "sig"]) url.searchParams.delete(name);
  return url.pathname + url.search;
}

document.addEventListener("error", (event) => {
  const shown = event.target;
  if (!(shown instanceof HTMLImageElement || shown instanceof HTMLMediaElement)) return;
  const fresh = renewed(shown.currentSrc || shown.src);
  if (!fresh || Date.now() - (tried.get(shown) || 0) < AGAIN_MS) return;
  tried.set(shown, Date.now());
  event.stopImmediatePropagation(); // nothing is lost or unplayable yet: nobody else has to hear of it
  const at = shown.currentTime;
  if (at) shown.addEventListener("loadedmetadata", () => { shown.currentTime = at; }, { once: true });
  shown.src = fresh;
}, true);
