// Leaving in a hurry: a button, or Esc three times. The page is blank at once; the visit ends, what this site kept on
// the device goes, and another page takes this one's place, so that «back» does not show it. Without this script the
// button is a form that does the same.
const TIMES = 3;
const WITHIN_MS = 2000;
const PATIENCE_MS = 1500;

let pressed = [];

export function offerExit() {
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-exit]")) return;
    event.preventDefault();
    leave(event.target);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    pressed = pressed.filter((at) => event.timeStamp - at < WITHIN_MS).concat(event.timeStamp);
    const form = document.querySelector("form[data-exit]");
    if (pressed.length >= TIMES && form) leave(form);
  }, true);
}

// Whether somebody is on the way out, whom nothing may hold up.
export function isLeaving() {
  return document.body.hidden;
}

function leave(form) {
  if (isLeaving()) return;
  const body = new URLSearchParams(new FormData(form));
  document.body.hidden = true;
  document.title = "…";
  forget();
  const away = () => location.replace(form.dataset.exit);
  setTimeout(away, PATIENCE_MS);
  fetch(form.action, { method: "POST", body, credentials: "same-origin", keepalive: true }).then(away, away);
}

function forget() {
  try { localStorage.clear(); sessionStorage.clear(); } catch (fault) { /* nothing was kept */ }
}
