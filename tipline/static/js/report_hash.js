// A worker that reads a chosen file once and answers with its SHA-256, while the file goes up.
import { Sha256 } from "./parts/report_sha256.js";

const PIECE = 1024 * 1024;

self.onmessage = async (event) => {
  const { id, file } = event.data;
  try {
    const digest = new Sha256();
    for (let at = 0; at < file.size; at += PIECE) {
      digest.update(new Uint8Array(await readPiece(file.slice(at, at + PIECE))));
    }
    self.postMessage({ id, sha256: digest.hex() });
  } catch (fault) {
    self.postMessage({ id, sha256: null });
  }
};

// Blob.arrayBuffer is younger than some phones.
function readPiece(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(blob);
  });
}
