// Files dropped anywhere on the page, or pasted from a chat: the whole page is the target, the zone only says so.

const carriesFiles = (event) => event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");

export function startDrops(onFiles) {
  let depth = 0;
  const mark = (isOver) => document.body.classList.toggle("is-dropping", isOver);
  document.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth += 1;
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!carriesFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (!depth) mark(false);
  });
  // Without this the browser would leave the page and show the file.
  document.addEventListener("dragover", (event) => { if (carriesFiles(event)) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark(false);
    const files = Array.from(event.dataTransfer.files).filter((file) => !isFolder(event, file));
    if (files.length) onFiles(files);
  });
  document.addEventListener("paste", (event) => {
    const files = Array.from((event.clipboardData && event.clipboardData.files) || []);
    if (!files.length) return;
    event.preventDefault();
    onFiles(files);
  });
}

// A folder looks like a file that cannot be read; its files are dropped by themselves.
function isFolder(event, file) {
  const items = Array.from(event.dataTransfer.items || []);
  const entry = items.map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).find((one) => one && one.name === file.name);
  return Boolean(entry && entry.isDirectory);
}
