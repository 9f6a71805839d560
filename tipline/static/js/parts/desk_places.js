// A folded map loads its script when it is opened first; whoever had it open finds it open on the next tip too.
const OPEN = "desk-map-open";

function kept() {
  try {
    return localStorage.getItem(OPEN) === "1";
  } catch {
    return false; // storage is switched off: folded it begins
  }
}

function keep(isOpen) {
  try {
    localStorage.setItem(OPEN, isOpen ? "1" : "0");
  } catch {
    // see above
  }
}

let loading = null;

function load(fold) {
  loading ||= new Promise((resolve) => {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = fold.dataset.style;
    const script = document.createElement("script");
    script.src = fold.dataset.script;
    let left = 2;
    const done = () => { if (--left === 0) resolve(); };
    for (const one of [sheet, script]) {
      one.addEventListener("load", done);
      one.addEventListener("error", () => {
        loading = null; // the line was cut: asked again when it is opened next
        one.remove();
        done();
      });
      document.head.append(one);
    }
  });
  return loading;
}

export function startPlaces() {
  document.addEventListener(
    "toggle",
    async (event) => {
      const fold = event.target;
      if (!fold.matches?.("[data-map-fold]")) return;
      keep(fold.open);
      if (!fold.open) return;
      await load(fold);
      document.dispatchEvent(new Event("map:open"));
      if (!fold.dataset.quiet) fold.scrollIntoView({ block: "nearest" });
      delete fold.dataset.quiet;
    },
    true,
  );
  const fold = document.querySelector("[data-map-fold]");
  if (!fold || !kept()) return;
  const open = () => {
    fold.dataset.quiet = "1";
    fold.open = true;
  };
  if (window.requestIdleCallback) window.requestIdleCallback(open, { timeout: 1500 });
  else setTimeout(open, 300);
}
