// The official server with its file store, as its README shows it. Arguments: port, folder, node_modules.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const [port, folder, parts] = process.argv.slice(2);
const require = createRequire(join(parts, '..', 'package.json'));
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const { Server } = await load('@tus/server');
const { FileStore } = await load('@tus/file-store');

const server = new Server({ path: '/files', datastore: new FileStore({ directory: folder }) });
server.listen({ host: '127.0.0.1', port: Number(port) });
