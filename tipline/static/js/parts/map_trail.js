// The strip of a trail: a picture that is chosen plays its film at that moment, and its stop is shown on the map.

export function startTrail(showPlace) {
  const trail = document.querySelector("[data-trail]");
  const stage = trail?.querySelector("[data-trail-stage]");
  if (!stage) return;
  const video = stage.querySelector("video");
  let wanted = 0; // the moment chosen last, also while the film is on its way

  const play = (link) => {
    const { film, t, place } = link.dataset;
    for (const one of trail.querySelectorAll("[data-stop]")) one.classList.toggle("is-here", one.contains(link));
    if (place) showPlace(place);
    if (!film) return false;
    stage.hidden = false;
    stage.querySelector("[data-trail-title]").textContent = link.dataset.title;
    stage.querySelector("[data-trail-open]").href = link.href;
    wanted = Number(t) || 0;
    const seek = () => {
      if (stage.hidden) return; // closed before the film was there
      video.currentTime = wanted;
      video.play().catch(() => {}); // a browser that wants to be asked first shows its own button
    };
    if (video.dataset.film !== film) {
      video.dataset.film = film;
      video.src = film;
      video.addEventListener("loadedmetadata", seek, { once: true });
    } else if (video.readyState > 0) {
      seek();
    }
    stage.scrollIntoView({ block: "nearest" });
    return true;
  };

  trail.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-play]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (play(link)) event.preventDefault();
  });
  trail.addEventListener("map:choose", (event) => {
    const link = trail.querySelector(`a[data-play][data-place="${CSS.escape(event.detail)}"]`);
    if (link) play(link);
  });
  stage.querySelector("[data-trail-close]")?.addEventListener("click", () => {
    video.pause();
    stage.hidden = true;
  });
}
