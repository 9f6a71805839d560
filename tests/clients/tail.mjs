// Where the page finds the end of a film: asked for each file named in the wish, answered in one line of JSON.
import { readFileSync } from "node:fs";

// Node has no FileReader; of the browser's the page uses this much.
globalThis.FileReader = class {
  readAsArrayBuffer(blob) {
    blob.arrayBuffer().then((bytes) => { this.result = bytes; this.onload(); }, (fault) => { this.error = fault; this.onerror(); });
  }
};
const { findTail } = await import("../../tipline/static/js/parts/report_tail.js");
const found = [];
for (const path of JSON.parse(process.argv[2])) found.push(await findTail(new Blob([readFileSync(path)])));
console.log(JSON.stringify(found));
