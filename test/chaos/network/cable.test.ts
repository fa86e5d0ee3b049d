import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cable } from './cable.ts';

/** An echo server. Its replies are twenty times as long as the requests. */
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', (data) => socket.write(Buffer.alloc(20 * data.length)));
});
let cable: Cable;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cable = await Cable.lay('to the server', (server.address() as AddressInfo).port);
});
afterAll(async () => {
  await cable.remove();
  server.close();
});

async function dial(): Promise<{ socket: Socket; got: () => number }> {
  const socket = connect(cable.port, '127.0.0.1');
  socket.on('error', () => {});
  let bytes = 0;
  socket.on('data', (data) => {
    bytes += data.length;
  });
  await once(socket, 'connect');
  socket.write('a');
  await expect.poll(() => bytes).toBe(20);
  return { socket, got: () => bytes };
}

describe('simulated cables', () => {
  it("the proxy `Cable` can pause one client: it buffers the server's bytes and delivers them when it resumes", async () => {
    const [held, other] = [await dial(), await dial()];
    cable.hold(held.socket.localPort ?? 0, true);
    for (const { socket } of [held, other]) socket.write(Buffer.alloc(100_000));
    await expect.poll(other.got).toBe(20 + 2_000_000);
    expect(held.got()).toBeLessThan(2_000_000);
    cable.hold(held.socket.localPort ?? 0, false);
    await expect.poll(held.got).toBe(20 + 2_000_000);
    held.socket.destroy();
    other.socket.destroy();
  });

  it('the proxy `Cable` breaks its connections and refuses new ones while it has the fault `refuse`', async () => {
    const { socket } = await dial();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    cable.disturb({ refuse: true });
    await closed;
    const refused = connect(cable.port, '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => refused.once('close', resolve));
    cable.disturb({});
    (await dial()).socket.destroy();
  });
});
