// The queue's filters act as soon as one is chosen; the address holds them all, without the empty ones.
const SLOW_MS = 400;

// The next list is on its way: the rows pale, and after a while words say what is awaited.
function awaitList() {
  const list = document.querySelector("[data-rows]");
  list?.setAttribute("aria-busy", "true");
  setTimeout(() => document.querySelector("[data-awaiting]")?.removeAttribute("hidden"), SLOW_MS);
}

export function startFilters() {
  const form = document.querySelector("[data-filters]");
  if (!form) return;
  const go = () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    awaitList();
    window.location.href = query.size === 0 || !query.toString() ? form.action : `${form.action}?${query}`;
  };
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=checkbox]")) go();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".tabs a, .pages a, .clear, .newer");
    if (link && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey) awaitList();
  });
  // Back from the browser's memory nothing is awaited any more.
  window.addEventListener("pageshow", () => {
    document.querySelector("[data-rows]")?.removeAttribute("aria-busy");
    document.querySelector("[data-awaiting]")?.setAttribute("hidden", "");
  });
}
