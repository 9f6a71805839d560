// The queue's filters act as soon as one is chosen; the address holds them all, without the empty ones.
export function startFilters() {
  const form = document.querySelector("[data-filters]");
  if (!form) return;
  const go = () => {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    window.location.href = query.size === 0 || !query.toString() ? form.action : `${form.action}?${query}`;
  };
  form.addEventListener("change", (event) => {
    if (event.target.matches("select")) go();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go();
  });
}
