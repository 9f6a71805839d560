// Rows of links that are wider than a phone: the present one is brought into sight.
export function startTabs() {
  for (const one of document.querySelectorAll("nav [aria-current=page]")) {
    const row = one.parentElement;
    if (row.scrollWidth <= row.clientWidth) continue;
    const [link, frame] = [one.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += link.left - frame.left - (frame.width - link.width) / 2;
  }
}
