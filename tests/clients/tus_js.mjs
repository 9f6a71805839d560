// Drives tus-js-client as it is published, in a process of its own, by one wish in JSON. Every thing that
// happens is told as a line of JSON; where the wish says so, nothing goes on before a line has been read.
import { createReadStream, readSync } from "node:fs";
import { FileUrlStorage, Upload } from "tus-js-client";

const wish = JSON.parse(process.argv[2]);

function tell(event, more = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);
}

// Blocks on purpose: no byte may leave while the test does what it does.
function waitForLeave() {
  const sign = Buffer.alloc(1);
  while (readSync(0, sign) === 1 && sign.toString() !== "\n");
}

let pieces = 0;
const upload = new Upload(createReadStream(wish.file), {
  endpoint: wish.endpoint,
  headers: wish.headers,
  metadata: { filename: wish.name, filetype: "video/mp4" },
  retryDelays: [0, 50, 100, 200, 400, 800, 1600],
  ...(wish.notes ? { urlStorage: new FileUrlStorage(wish.notes) } : {}),
  ...wish.options,
  onUploadUrlAvailable: () => tell("place", { url: upload.url }),
  onChunkComplete: (size, accepted) => {
    pieces += 1;
    tell("piece", { size, accepted });
    if (pieces === wish.endAfter) {
      upload.abort(Boolean(wish.terminates)).then(
        () => tell("ended"),
        (fault) => tell("failed", { why: String(fault) }),
      );
    } else if (wish.waits) {
      waitForLeave();
    }
  },
  onSuccess: () => tell("success", { url: upload.url }),
  onError: (fault) =>
    tell("failed", {
      why: String(fault),
      status: fault.originalResponse?.getStatus() ?? 0,
      body: fault.originalResponse?.getBody() ?? "",
      code: fault.originalResponse?.getHeader("Tipline-Error") ?? "",
    }),
});
if (wish.notes) {
  const earlier = await upload.findPreviousUploads();
  tell("found", { count: earlier.length });
  if (earlier.length) upload.resumeFromPreviousUpload(earlier[0]);
}
upload.start();
