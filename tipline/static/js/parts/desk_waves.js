// The shape of a sound above its player: a line shows where it is, a click goes there.
const audioOf = (wave) => wave?.closest("[data-stage]")?.querySelector("audio");

export function startWaves() {
  document.addEventListener("click", (event) => {
    const wave = event.target.closest?.("[data-wave]");
    const audio = audioOf(wave);
    if (!audio || !Number.isFinite(audio.duration)) return;
    const place = wave.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - place.left) / place.width));
    audio.currentTime = part * audio.duration;
  });
  document.addEventListener(
    "timeupdate",
    (event) => {
      const wave = event.target.closest?.("[data-stage]")?.querySelector("[data-wave]");
      const audio = audioOf(wave);
      if (audio?.duration > 0) wave.style.setProperty("--heard", String(audio.currentTime / audio.duration));
    },
    true,
  );
}
