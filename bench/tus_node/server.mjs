// The official server with one of its stores, as their READMEs show it. Arguments: port, folder, node_modules and,
// for the S3 store, the endpoint and the bucket; its credentials come from the usual AWS variables.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const [port, folder, parts, endpoint, bucket] = process.argv.slice(2);
const require = createRequire(join(parts, '..', 'package.json'));
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const { Server } = await load('@tus/server');

async function openStore() {
  if (!endpoint) {
    const { FileStore } = await load('@tus/file-store');
    return new FileStore({ directory: folder });
  }
  const { S3Store } = await load('@tus/s3-store');
  const partSize = 8 * 1024 * 1024;
  return new S3Store({ partSize, s3ClientConfig: { bucket, endpoint, region: 'us-east-1', forcePathStyle: true } });
}

const server = new Server({ path: '/files', datastore: await openStore() });
server.listen({ host: '127.0.0.1', port: Number(port) });
