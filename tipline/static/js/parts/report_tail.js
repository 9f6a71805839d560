// Most phones and many recorders write the index of a film at its end, and without it nobody can read the rest. So
// that the first pictures can be seen while the film is on its way, its end is sent ahead. It is sent once more in
// its place: what was sent ahead is thrown away.
import { readBytes } from "./report_bytes.js";

const MIB = 1024 * 1024;
const MOST = 16 * MIB;
const LEAST_FILE = MIB;
// An end that is a larger part of the film than this would hold the film itself up for too long.
const MOST_SHARE = 1 / 8;
const MOST_BOXES = 64;
const HEAD = 16;
const STALL_MS = 30000;
const BEFORE_PICTURES = ["ftyp", "wide", "free", "skip", "uuid", "pnot"];

// Where the part to send ahead begins; -1 where there is nothing to gain.
export async function findTail(file) {
  if (file.size < LEAST_FILE) return -1;
  let at = 0;
  let sawPictures = false;
  for (let count = 0; count < MOST_BOXES && at + HEAD <= file.size; count += 1) {
    const box = readBox(await readBytes(file.slice(at, at + HEAD)), file.size - at);
    if (!box) return -1;
    if (box.name === "moov") return sawPictures && isWorth(file.size - at, file.size) ? at : -1;
    if (box.name === "mdat") sawPictures = true;
    else if (!sawPictures && !BEFORE_PICTURES.includes(box.name)) return -1;
    at += box.size;
  }
  return -1;
}

function isWorth(size, whole) { return size <= MOST && size <= whole * MOST_SHARE; }

// Size and name of the box that begins with these bytes. Sizes over 2^53 are no sizes of a file.
function readBox(bytes, left) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = String.fromCharCode(bytes[4], bytes[5], bytes[6], bytes[7]);
  let size = view.getUint32(0);
  let least = 8;
  if (size === 1) {
    size = view.getUint32(8) * 4294967296 + view.getUint32(12);
    least = HEAD;
  } else if (size === 0) {
    size = left;
  }
  return size >= least && size <= left ? { name, size } : null;
}

// Sends it. `done` always comes true, for what goes wrong here costs nothing but a glance.
export class TailSending {
  constructor(file, start, address, headers, moved) {
    this.request = new XMLHttpRequest();
    this.done = new Promise((resolve) => {
      const request = this.request;
      request.onloadend = () => { clearTimeout(this.stall); resolve(request.status === 204); };
      request.upload.onprogress = () => { this.watch(); moved(); };
      request.open("PUT", address + "/tail");
      Object.keys(headers).forEach((name) => request.setRequestHeader(name, headers[name]));
      request.setRequestHeader("Tus-Resumable", "1.0.0");
      request.setRequestHeader("Upload-Offset", String(start));
      request.setRequestHeader("Content-Type", "application/offset+octet-stream");
      this.watch();
      request.send(file.slice(start));
    });
  }

  watch() {
    clearTimeout(this.stall);
    this.stall = setTimeout(() => this.stop(), STALL_MS);
  }

  stop() { this.request.abort(); }
}
