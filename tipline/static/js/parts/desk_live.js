// Live parts: asks only while the page is seen, leaves typed text and focus alone, and says when the line is cut.
import { askLive } from "./desk_turns.js";
import { isChanged } from "./desk_typed.js";

const isPoll = (event) => event.detail?.ctx?.sourceElement?.id === "live";

// Whether somebody is at work in this part: a field has the focus, or the button of a form in which something was
// chosen; or a field holds what was typed.
function isTouched(part) {
  const at = part.contains(document.activeElement) ? document.activeElement : null;
  if (at?.matches("input, textarea, select")) return true;
  if (at?.form && [...at.form.elements].some((field) => field.matches("input:not([type=hidden]), select") && isChanged(field))) return true;
  return [...part.querySelectorAll("textarea, input:not([type=hidden]):not([type=radio]):not([type=checkbox])")].some(
    (field) => field.value !== field.defaultValue,
  );
}

export function startLive(htmx, words) {
  const note = document.getElementById("live-note");
  const tell = (text) => {
    if (note && note.textContent !== text) note.textContent = text;
  };

  document.addEventListener("htmx:before:request", (event) => {
    if (isPoll(event) && document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:before:response", (event) => {
    if (!isPoll(event)) return;
    const status = event.detail.ctx.response?.raw?.status ?? event.detail.ctx.response?.status;
    tell(status >= 500 ? words.lost : "");
    if (status === 401) {
      // The answer would lead to the sign-in page and lose what is typed here.
      tell(words.ended);
      document.getElementById("live")?.remove();
      event.preventDefault();
    }
  });
  document.addEventListener("htmx:error", (event) => {
    const source = event.detail?.ctx?.sourceElement;
    if (isPoll(event) || source?.matches?.("form")) tell(words.lost);
  });
  document.addEventListener("htmx:before:swap", (event) => {
    if (!isPoll(event)) return;
    const tasks = event.detail.tasks;
    for (let at = tasks.length - 1; at >= 0; at -= 1) {
      const { target } = tasks[at];
      if (target?.id === "decisions" && isTouched(target)) tasks.splice(at, 1);
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) askLive(htmx);
  });
}
