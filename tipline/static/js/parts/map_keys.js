// A map by keyboard: it moves, zooms, and in a form its middle is taken by Enter. The page's own keys rest meanwhile.
const STEP_PX = 80;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function steer(map, box, onPick) {
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const move = MOVES[event.key];
    const far = event.shiftKey ? 3 : 1;
    if (move) map.panBy([move[0] * STEP_PX * far, move[1] * STEP_PX * far]);
    else if (event.key === "+" || event.key === "=") map.zoomIn();
    else if (event.key === "-" || event.key === "_") map.zoomOut();
    else if (event.key === "Enter" && onPick && event.target === box) onPick(map.getCenter());
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
