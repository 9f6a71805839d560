// A worker that reads a chosen file once and answers with its SHA-256, while the file goes up. In pieces, so that
// a film of gigabytes never lies in memory; the browser's own digest takes only whole files, and only on HTTPS.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { readBytes } from "./parts/report_bytes.js";

const PIECE = 1024 * 1024;

self.onmessage = async (event) => {
  const { id, file } = event.data;
  try {
    const digest = sha256.create();
    for (let at = 0; at < file.size; at += PIECE) digest.update(await readBytes(file.slice(at, at + PIECE)));
    self.postMessage({ id, sha256: bytesToHex(digest.digest()) });
  } catch (fault) {
    self.postMessage({ id, sha256: null });
  }
};
