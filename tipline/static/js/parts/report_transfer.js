// One file on its way, by tus. Starts, stops, tries again after a cut; says what happens, decides nothing else.
import { Upload } from "tus-js-client/lib/browser/index.js"; // its modern source; the packaged one is twice the size

const MIB = 1024 * 1024;
const SMALL = 4 * MIB;
const LARGE = 8 * MIB;
const FAST_PIECES = 3;
const FAST_MS = 4000;
const WAITS_MS = [0, 1000, 3000, 8000, 20000];
const STALL_MS = 30000;

// Answers that pass by themselves; any other «no» is final and comes with a sentence.
const passes = (status) => status === 0 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507);

export class Transfer {
  // `tell` gets ("moved", sent), ("cut"), ("failed", sentence), ("opened", address), ("done", evidence).
  constructor(file, ways, tell) {
    this.file = file;
    this.ways = ways; // { endpoint, csrf(), address }
    this.tell = tell;
    this.address = ways.address || null;
    this.tries = 0;
    this.fast = 0;
    this.piece = SMALL;
    this.upload = null;
    this.timer = 0;
  }

  get isRunning() { return this.upload !== null || this.timer !== 0; }

  start() {
    if (this.isRunning) return;
    let last = -1;
    let pieceBegan = Date.now();
    const upload = new Upload(this.file, {
      endpoint: this.ways.endpoint,
      uploadUrl: this.address,
      chunkSize: this.piece,
      retryDelays: null, // tried again here, where being offline does not count as a try
      storeFingerprintForResuming: false,
      headers: { "X-CSRFToken": this.ways.csrf() },
      metadata: { filename: this.file.name, filetype: this.file.type },
      onUploadUrlAvailable: () => {
        this.address = upload.url;
        this.tell("opened", upload.url);
      },
      onProgress: (sent) => {
        if (sent === last) return;
        last = sent;
        this.watch();
        this.tell("moved", sent);
      },
      onChunkComplete: () => {
        this.tries = 0;
        this.noticeSpeed(Date.now() - pieceBegan, upload);
        pieceBegan = Date.now();
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

  // Bigger pieces once the line has shown itself fast; the piece size is read anew for each.
  noticeSpeed(tookMs, upload) {
    this.fast = tookMs < FAST_MS ? this.fast + 1 : 0;
    this.piece = this.fast >= FAST_PIECES ? LARGE : SMALL;
    upload.options.chunkSize = this.piece;
  }

  watch() {
    clearTimeout(this.stall);
    this.stall = setTimeout(() => this.stop().then(() => this.onCut(null)), STALL_MS);
  }

  rest() {
    clearTimeout(this.stall);
    clearTimeout(this.timer);
    this.timer = 0;
    this.upload = null;
  }

  // Stop sending; what arrived stays.
  async stop() {
    const upload = this.upload;
    this.rest();
    if (!upload) return;
    try { await upload.abort(); } catch (fault) { /* it had ended already */ }
  }

  async remove() {
    await this.stop();
    if (!this.address) return;
    try {
      await Upload.terminate(this.address, { headers: { "X-CSRFToken": this.ways.csrf() }, retryDelays: null });
    } catch (fault) { /* gone already, or it expires by itself */ }
  }

  onCut(fault) {
    this.rest();
    const response = fault && fault.originalResponse;
    const status = response ? response.getStatus() : 0;
    if (status === 404 || status === 410) this.address = null; // the next try begins anew
    if (!passes(status)) return this.tell("failed", { status, sentence: response.getBody().trim() });
    if (!navigator.onLine || this.tries >= WAITS_MS.length) return this.tell("cut", { offline: !navigator.onLine });
    this.tell("retrying");
    this.timer = setTimeout(() => { this.timer = 0; this.start(); }, WAITS_MS[this.tries]);
    this.tries += 1;
    return undefined;
  }

  // The line may be back: begin at once instead of waiting on.
  wake() {
    if (this.upload) return;
    this.tries = 0;
    clearTimeout(this.timer);
    this.timer = 0;
    this.start();
  }
}
