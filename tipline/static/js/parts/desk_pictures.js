// Pictures that did not come (the store or the line is away) come back by themselves: one of them is asked for again,
// after a pause that grows, and once it comes all others are asked for, too.
const FIRST_MS = 5000;
const LONGEST_MS = 60000;
const MOST = 30; // what is gone for good is not asked for without end

export function startPictures() {
  const missing = new Set();
  const asked = new WeakMap();
  let timer = 0;
  let tried = null;
  let pause = FIRST_MS;

  const again = (picture) => {
    asked.set(picture, (asked.get(picture) || 0) + 1);
    picture.src = picture.src;
  };
  const plan = () => {
    if (!timer && missing.size) timer = setTimeout(next, pause);
  };
  const next = () => {
    timer = 0;
    for (const picture of missing) {
      missing.delete(picture);
      if (!picture.isConnected) continue;
      tried = picture;
      again(picture);
      break;
    }
    plan();
  };
  const failed = (picture) => {
    if (!picture.getAttribute("src") || (asked.get(picture) || 0) >= MOST) return;
    if (picture === tried) pause = Math.min(pause * 2, LONGEST_MS);
    missing.add(picture);
    plan();
  };
  const came = (picture) => {
    if (picture !== tried) return;
    tried = null;
    pause = FIRST_MS;
    document.querySelector("[data-store-silent]")?.remove();
    const others = [...missing];
    missing.clear();
    others.filter((one) => one.isConnected).forEach(again);
  };
  const of = (act) => ({ target }) => {
    if (target instanceof HTMLImageElement) act(target);
  };
  document.addEventListener("error", of(failed), true);
  document.addEventListener("load", of(came), true);
  // What failed before this was listening.
  for (const picture of document.images) if (picture.complete && picture.currentSrc && !picture.naturalWidth) failed(picture);
}
