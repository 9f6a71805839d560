// A page with Uppy and its tus plugin as they are published. The test chooses the file and says what to wish;
// what happened stands in window.seen.
import Uppy from "@uppy/core";
import Tus from "@uppy/tus";

window.seen = { accepted: [], ends: [], version: Tus.VERSION };

window.begin = async (wish) => {
  const uppy = new Uppy({ autoProceed: false });
  window.uppy = uppy;
  uppy.use(Tus, {
    endpoint: wish.endpoint,
    headers: wish.headers,
    chunkSize: wish.chunkSize,
    retryDelays: [0, 50, 100, 200, 400, 800, 1600],
    ...wish.options,
    onChunkComplete: (_size, accepted) => {
      window.seen.accepted.push(accepted);
      if (window.seen.accepted.length === wish.pauseAfter) uppy.pauseAll();
    },
  });
  uppy.on("upload-success", () => window.seen.ends.push("success"));
  uppy.on("upload-error", (_file, fault) =>
    window.seen.ends.push(fault.originalResponse?.getBody() || String(fault)),
  );
  for (const file of document.querySelector("input").files) {
    uppy.addFile({ name: wish.name, type: "video/mp4", data: file });
  }
  uppy.upload();
};
