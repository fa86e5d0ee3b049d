import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Locks a data folder for this process. The lock is a local socket, which the system closes when
 * the process ends.
 *
 * @param address shown to the user who starts a second stack on the same folder
 * @throws DataInUse if another process holds the lock
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
    // Removes the socket file, because the process that created it has ended.
    rmSync(path, { force: true });
  }
}

/** Thrown if another stack already uses the data folder. */
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
