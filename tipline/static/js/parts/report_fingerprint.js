// Tells whether a file picked again is the one whose upload was cut off. Names and dates do not: phones change
// them with every pick. So: its size and three stretches of its bytes.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { readBytes } from "./report_bytes.js";

const STRETCH = 64 * 1024;
const PREFIX = "tipline-upload-";

export async function fingerprint(file) {
  const digest = sha256.create();
  for (const at of [0, Math.floor((file.size - STRETCH) / 2), file.size - STRETCH]) {
    const start = Math.max(0, at);
    digest.update(await readBytes(file.slice(start, start + STRETCH)));
  }
  return file.size + "-" + bytesToHex(digest.digest());
}

// This browser's memory of which upload was which file; it may vanish, then name and size must do.
export function rememberUpload(id, print) {
  try { localStorage.setItem(PREFIX + id, print); } catch (fault) { /* private mode: nothing to remember in */ }
}

export function forgetUpload(id) {
  try { localStorage.removeItem(PREFIX + id); } catch (fault) { /* as above */ }
}

// This tab's memory of the files that are here: after a reload one of them picked again need not go up again.
export function rememberArrived(evidence, print) {
  try { sessionStorage.setItem(PREFIX + evidence, print); } catch (fault) { /* as above */ }
}

export function printOf(evidence) {
  try { return sessionStorage.getItem(PREFIX + evidence); } catch (fault) { return null; }
}

export function forgetUploads() {
  try {
    for (const memory of [localStorage, sessionStorage]) {
      Object.keys(memory).filter((name) => name.startsWith(PREFIX)).forEach((name) => memory.removeItem(name));
    }
  } catch (fault) { /* as above */ }
}

export function isSameFile(upload, file, print) {
  if (upload.size !== file.size) return false;
  let known = null;
  try { known = localStorage.getItem(PREFIX + upload.id); } catch (fault) { /* as above */ }
  return known ? known === print : upload.name === file.name;
}
