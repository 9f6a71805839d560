// Pictures of the next tip are fetched once this one is at rest, so that it is there when one goes on.
export function startPreload() {
  const urls = (document.querySelector("[data-preload]")?.dataset.preload || "").split(" ").filter(Boolean);
  const fetchAll = () => urls.forEach((url) => {
    new Image().src = url;
  });
  if (urls.length) setTimeout(() => (window.requestIdleCallback || setTimeout)(fetchAll), 1500);

  // Who looks is asked while the page is seen; an answer that is none changes nothing.
  const isLookers = (event) => event.detail?.ctx?.sourceElement?.id === "lookers";
  document.addEventListener("htmx:before:request", (event) => {
    if (isLookers(event) && document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:before:response", (event) => {
    if (!isLookers(event)) return;
    const status = event.detail.ctx.response?.raw?.status ?? event.detail.ctx.response?.status;
    if (status >= 400) event.preventDefault();
  });
}
