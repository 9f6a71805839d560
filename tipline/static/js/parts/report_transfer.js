// One file on its way, by tus. Starts, stops, tries again after a cut; says what happens, decides nothing else.
import { Upload } from "tus-js-client/lib/browser/index.js"; // its modern source; the packaged one is twice the size
import { readBytes } from "./report_bytes.js";
import { noteRate } from "./report_rates.js";
import { findTail, TailSending } from "./report_tail.js";

const MIB = 1024 * 1024;
const SMALL = 4 * MIB;
const LARGE = 8 * MIB;
const FAST_PIECES = 3;
const FAST_MS = 4000;
const WAITS_MS = [0, 1000, 3000, 8000, 20000];
const STALL_MS = 30000;
// With its last byte a film is sealed before the station answers, which may take longer.
const SEALING_MS = 120000;
// After being away nothing may have moved for this long; a line that still stands would have.
const STALE_MS = 8000;
// Answers that ask for patience, and how many seconds of it when they do not say.
const PATIENCE_S = { 429: 30, 503: 10, 507: 60 };
const TAIL_TRIES = 2;
const MOST_PATIENCE_S = 6 * 3600;

const isGone = (status) => status === 404 || status === 410;
const passes = (status) => status === 0 || status === 409 || status === 423 || status === 460 || status >= 500;

export class Transfer {
  // `tell` gets ("moved", sent), ("opened", address), ("kept", moment), ("retrying"), ("held", {seconds, sentence}),
  // ("cut"), ("unreadable"), ("failed", {status, sentence}), ("done", evidence).
  constructor(file, ways, tell) {
    this.file = file;
    this.ways = ways; // { endpoint, headers(), address, metadata, takesTails }
    this.tell = tell;
    this.address = ways.address || null;
    this.tries = 0;
    this.fast = 0;
    this.piece = SMALL;
    this.upload = null;
    this.timer = 0;
    this.sent = 0;
    this.movedAt = 0;
    this.halted = false;
    this.unwanted = false;
    this.tailTries = ways.takesTails ? TAIL_TRIES : 0;
  }

  // Twice is once: a second connection for the same file would only take over from the first.
  start() {
    this.halted = false;
    if (this.upload) return;
    clearTimeout(this.timer);
    this.timer = 0;
    let last = -1;
    let pieceBegan = Date.now();
    let pieceFrom = -1;
    const upload = new Upload(this.file, {
      // With an endpoint beside the address a second upload would begin at 0 % whenever HEAD is not answered with
      // 200, by a proxy's 502 as well. Whether it begins anew is decided below, by 404 and 410 alone.
      endpoint: this.address ? null : this.ways.endpoint,
      uploadUrl: this.address,
      chunkSize: this.piece,
      retryDelays: null, // tried again here, where being offline does not count as a try
      storeFingerprintForResuming: false,
      headers: this.ways.headers(),
      metadata: { filename: this.file.name, filetype: this.file.type, ...this.ways.metadata },
      onUploadUrlAvailable: () => {
        this.address = upload.url;
        this.tell("opened", upload.url);
        if (this.unwanted) this.remove();
        else if (this.halted) this.drop();
      },
      onBeforeRequest: (request) => this.sendTail(request, upload),
      onAfterResponse: (request, response) => {
        const until = response.getHeader("Upload-Expires");
        if (until && this.upload === upload) this.tell("kept", until);
      },
      onProgress: (sent) => {
        if (sent === last || this.upload !== upload) return;
        if (pieceFrom < 0) { pieceFrom = sent; pieceBegan = Date.now(); }
        last = sent;
        this.sent = sent;
        this.movedAt = Date.now();
        this.watch();
        this.tell("moved", sent);
      },
      onChunkComplete: (size, accepted) => {
        this.tries = 0;
        const took = Date.now() - pieceBegan;
        if (pieceFrom >= 0) noteRate(accepted - pieceFrom, took);
        this.noticeSpeed(took, upload);
        pieceBegan = Date.now();
        pieceFrom = accepted;
      },
      onSuccess: ({ lastResponse }) => {
        this.rest();
        this.tell("done", lastResponse.getHeader("Tipline-Evidence") || null);
      },
      onError: (fault) => {
        if (this.upload === upload) this.onCut(fault);
      },
    });
    this.upload = upload;
    this.watch();
    upload.start();
  }

  // Before the first byte of a film its end, where that is what it takes to see pictures early. Nothing waits for it
  // any more when this upload was stopped meanwhile: it must send nothing then.
  async sendTail(request, upload) {
    if (!this.tailTries || request.getMethod() !== "PATCH" || Number(request.getHeader("Upload-Offset")) > 0) return;
    this.tailTries -= 1;
    try {
      const start = await findTail(this.file);
      if (start < 0) this.tailTries = 0;
      if (start >= 0 && this.upload === upload) {
        const moved = () => { this.movedAt = Date.now(); this.watch(); };
        this.tail = new TailSending(this.file, start, upload.url, this.ways.headers(), moved);
        if (await this.tail.done) this.tailTries = 0;
      }
    } catch (fault) { /* the file cannot be read: that is noticed when its bytes are sent */ }
    if (this.upload !== upload) await new Promise(() => {});
    this.watch();
  }

  // Bigger pieces once the line has shown itself fast; the piece size is read anew for each.
  noticeSpeed(tookMs, upload) {
    this.fast = tookMs < FAST_MS ? this.fast + 1 : 0;
    this.piece = this.fast >= FAST_PIECES ? LARGE : SMALL;
    upload.options.chunkSize = this.piece;
  }

  watch() {
    clearTimeout(this.stall);
    const patience = this.sent >= this.file.size ? SEALING_MS : STALL_MS;
    this.stall = setTimeout(() => this.drop().then(() => this.onCut(null)), patience);
  }

  rest() {
    clearTimeout(this.stall);
    clearTimeout(this.timer);
    this.timer = 0;
    this.upload = null;
  }

  // Stop sending; what arrived stays. While the file is being announced its address is waited for: a connection
  // cut just then would leave an upload at the station that nobody knows of.
  async stop() {
    if (this.upload && !this.address) this.halted = true;
    else await this.drop();
  }

  async drop() {
    const upload = this.upload;
    this.rest();
    if (this.tail) this.tail.stop();
    if (!upload) return;
    try { await upload.abort(); } catch (fault) { /* it had ended already */ }
  }

  async remove() {
    this.unwanted = true;
    if (this.upload && !this.address) return;
    await this.drop();
    if (!this.address) return;
    try {
      await Upload.terminate(this.address, { headers: this.ways.headers(), retryDelays: null });
    } catch (fault) { /* gone already, or it expires by itself */ }
  }

  async onCut(fault) {
    this.rest();
    if (this.halted || this.unwanted) return undefined;
    const response = fault && fault.originalResponse;
    const status = response ? response.getStatus() : 0;
    const sentence = sentenceOf(response);
    if (PATIENCE_S[status]) return this.tell("held", { seconds: patienceOf(response, status), sentence });
    if (isGone(status) && this.address) {
      // The station does not know this upload any more; the file is at hand, so it begins anew by itself.
      this.address = null;
      this.tell("moved", 0);
    } else if (!passes(status)) {
      return this.tell("failed", { status, sentence });
    }
    // A file that was moved or deleted looks like a line that was cut.
    if (status === 0 && navigator.onLine && !(await this.isReadable())) return this.tell("unreadable");
    if (this.upload || this.timer) return undefined;
    if (!navigator.onLine || this.tries >= WAITS_MS.length) return this.tell("cut");
    this.tell("retrying");
    this.timer = setTimeout(() => { this.timer = 0; this.start(); }, WAITS_MS[this.tries]);
    this.tries += 1;
    return undefined;
  }

  async isReadable() {
    try {
      await readBytes(this.file.slice(this.sent, this.sent + 1024));
      return true;
    } catch (fault) {
      return false;
    }
  }

  // The line may be back: begin at once instead of waiting on.
  wake() {
    if (this.upload) return;
    this.tries = 0;
    this.start();
  }

  // Back from the background: a connection that has died there is not waited for.
  refresh() {
    if (!this.upload || Date.now() - this.movedAt < STALE_MS) return;
    this.tries = 0;
    this.drop().then(() => this.start());
  }
}

// The station speaks plain text; what stands between answers with pages of its own, which are nobody's words.
function sentenceOf(response) {
  const isOurs = response && /^text\/plain/.test(response.getHeader("Content-Type") || "");
  return isOurs ? response.getBody().trim() : "";
}

// Retry-After is a number of seconds, or a date.
function patienceOf(response, status) {
  const said = response.getHeader("Retry-After");
  const seconds = Number(said) || (Date.parse(said || "") - Date.now()) / 1000;
  return seconds > 0 ? Math.min(seconds, MOST_PATIENCE_S) : PATIENCE_S[status];
}
