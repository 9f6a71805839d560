// The queue's filters act as soon as one is chosen; the address holds them all, without the empty ones.
export function startFilters() {
  const form = document.querySelector("[data-filters]");
  if (!form) return;
  const go = () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    window.location.href = query.size === 0 || !query.toString() ? form.action : `${form.action}?${query}`;
  };
  form.addEventListener("change", (event) => {
    if (event.target.matches("select, [type=checkbox]")) go();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
  // A sheet closes when somebody goes on elsewhere.
  document.addEventListener("click", (event) => {
    for (const pop of document.querySelectorAll("details.pop[open]")) if (!pop.contains(event.target)) pop.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const pop = event.key === "Escape" && event.target.closest?.("details.pop[open]");
    if (!pop) return;
    pop.open = false;
    pop.querySelector("summary").focus();
  });
}
