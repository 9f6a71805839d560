// One zoom for both pictures: the same part of each is seen, however large they are. By wheel, fingers' drag,
// double click, buttons and keys.

const MOST = 12;

export class Zoom {
  constructor(stages, tell) {
    this.stages = stages;
    this.tell = tell;
    this.scale = 1;
    this.x = 0.5; // the middle of what is seen, as a share of the picture
    this.y = 0.5;
    for (const stage of stages) this.listen(stage);
  }

  listen(stage) {
    stage.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && this.scale === 1 && !event.altKey) return; // the page scrolls as ever
      event.preventDefault();
      this.by(event.deltaY < 0 ? 1.2 : 1 / 1.2, this.spot(stage, event));
    }, { passive: false });
    stage.addEventListener("dblclick", (event) => {
      if (event.target.closest("audio")) return;
      event.preventDefault();
      if (this.scale > 1) this.reset();
      else this.by(3, this.spot(stage, event));
    });
    let from = null;
    stage.addEventListener("pointerdown", (event) => {
      if (this.scale === 1 || event.button) return;
      from = { x: event.clientX, y: event.clientY };
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => {
      if (!from) return;
      const box = stage.getBoundingClientRect();
      this.x -= (event.clientX - from.x) / box.width / this.scale;
      this.y -= (event.clientY - from.y) / box.height / this.scale;
      from = { x: event.clientX, y: event.clientY };
      this.draw();
    });
    for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => { from = null; });
  }

  // Where on the picture the pointer is, as shares of it.
  spot(stage, event) {
    const box = stage.getBoundingClientRect();
    const seen = 1 / this.scale;
    return {
      x: this.x + ((event.clientX - box.left) / box.width - 0.5) * seen,
      y: this.y + ((event.clientY - box.top) / box.height - 0.5) * seen,
    };
  }

  by(factor, spot = { x: this.x, y: this.y }) {
    const scale = Math.max(1, Math.min(MOST, this.scale * factor));
    // The spot under the pointer stays where it is.
    this.x = spot.x + ((this.x - spot.x) * this.scale) / scale;
    this.y = spot.y + ((this.y - spot.y) * this.scale) / scale;
    this.scale = scale;
    this.draw();
  }

  reset() {
    this.scale = 1;
    this.draw();
  }

  draw() {
    const half = 0.5 / this.scale;
    this.x = Math.max(half, Math.min(1 - half, this.x));
    this.y = Math.max(half, Math.min(1 - half, this.y));
    for (const stage of this.stages) {
      stage.classList.toggle("is-zoomed", this.scale > 1);
      const left = (half - this.x) * this.scale * 100;
      const top = (half - this.y) * this.scale * 100;
      for (const picture of stage.querySelectorAll("video, img")) {
        picture.style.transform = this.scale === 1 ? "" : `translate(${left}%, ${top}%) scale(${this.scale})`;
      }
    }
    this.tell(this.scale);
  }
}
