// One life of tus-js-client, as it comes from npm: sends one file, says what it hears as JSON lines, and ends.
import { readFileSync } from 'node:fs';
import { Upload } from 'tus-js-client';

const wish = JSON.parse(process.argv[2]);
const say = (event, facts) => console.log(JSON.stringify({ event, ...facts }));
let began = Date.now();

const upload = new Upload(readFileSync(wish.path), {
  endpoint: wish.endpoint,
  uploadUrl: wish.url,
  chunkSize: wish.chunk,
  headers: wish.headers,
  metadata: wish.metadata,
  uploadDataDuringCreation: wish.along,
  retryDelays: [50, 200, 500, 1000, 2000, 3000],
  onUploadUrlAvailable: () => say('created', { url: upload.url }),
  onBeforeRequest: () => { began = Date.now(); },
  onAfterResponse: (asked, answer) => say('answer', { method: asked.getMethod(), status: answer.getStatus() }),
  onChunkComplete: (_size, offset) => say('kept', { offset, took: (Date.now() - began) / 1000 }),
  onSuccess: () => say('done'),
  onError: (fault) => {
    const answer = fault.originalResponse;
    say('failed', { status: answer ? answer.getStatus() : null, body: answer ? answer.getBody() : '' });
  },
});
upload.start();
