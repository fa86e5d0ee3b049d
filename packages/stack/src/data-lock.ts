import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes this process the only stack on a data folder until it ends. The lock is a local socket, which goes with the process
 * however it ends; `address` is what another stack on the same folder tells its user. Throws `DataInUse`.
 */
export async function lockData(folder: string, address: string): Promise<Server> {
  const name = `parley-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 16)}`;
  const path = process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  for (;;) {
    const server = createServer((socket) => socket.on('error', () => {}).end(address));
    server.unref();
    try {
      server.listen(path);
      await once(server, 'listening');
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
    const holder = await ask(path);
    if (holder !== undefined) throw new DataInUse(folder, holder);
    // A socket file whose process is gone.
    rmSync(path, { force: true });
  }
}

/** Another stack runs on the folder. */
export class DataInUse extends Error {
  override name = 'DataInUse';

  constructor(folder: string, address: string) {
    super(`Parley already runs on ${folder} (${address}). Stop it first, or choose another folder with --data.`);
  }
}

function ask(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let address = '';
    const socket = connect(path)
      .setEncoding('utf8')
      .setTimeout(2000, () => socket.destroy());
    socket.on('data', (text) => {
      address += text;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? undefined : address));
    socket.on('close', () => resolve(address));
  });
}
