import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { WebSocket } from './websocket.ts';

let server: WebSocketServer;

beforeAll(async () => {
  server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    verifyClient: ({ req }: { origin: string; secure: boolean; req: IncomingMessage }) => req.url !== '/no',
  });
  await once(server, 'listening');
});

afterAll(() => {
  server.close();
});

const connect = async (path = '/') => {
  const texts: string[] = [];
  const reasons: string[] = [];
  const connected = once(server, 'connection') as Promise<[ServerSocket]>;
  const client = new WebSocket({
    port: (server.address() as AddressInfo).port,
    path,
    onText: (text) => texts.push(text),
    onClose: (reason) => reasons.push(reason),
  });
  return { client, connected, texts, reasons };
};

describe('the WebSocket client of the load', () => {
  it('the WebSocket client receives messages of every length, whole and in order', async () => {
    const { connected, texts, client } = await connect();
    const [peer] = await connected;
    const sent = [0, 1, 2, 125, 126, 127, 300, 65_535].map((length) => 'x'.repeat(length));
    for (const text of [...sent, ...sent]) peer.send(text);
    await waitFor(() => texts.length === 2 * sent.length);
    expect(texts).toEqual([...sent, ...sent]);
    client.destroy();
  });

  it('the WebSocket client receives messages that arrive byte by byte', async () => {
    const { connected, texts, client } = await connect();
    const [peer] = await connected;
    const socket = (peer as unknown as { _socket: Socket })._socket;
    for (const byte of [0x81, 2, 0x68, 0x69, 0x81, 126, 0, 3, 0x61, 0x62, 0x63]) {
      await new Promise((resolve) => socket.write(Buffer.of(byte), resolve));
    }
    await waitFor(() => texts.length === 2);
    expect(texts).toEqual(['hi', 'abc']);
    client.destroy();
  });

  it('the WebSocket client sends messages of every length', async () => {
    const { connected, client } = await connect();
    const [peer] = await connected;
    const heard: string[] = [];
    peer.on('message', (data) => heard.push(String(data)));
    const sent = [1, 125, 126, 65_535].map((length) => 'y'.repeat(length));
    for (const text of sent) client.send(text);
    await waitFor(() => heard.length === sent.length);
    expect(heard).toEqual(sent);
    client.destroy();
  });

  it('the WebSocket client replies to pings', async () => {
    const { connected, client } = await connect();
    const [peer] = await connected;
    const pong = once(peer, 'pong');
    peer.ping('here');
    expect(String((await pong)[0])).toBe('here');
    client.destroy();
  });

  it('the WebSocket client reports exactly once why the connection ended', async () => {
    const { connected, reasons } = await connect();
    const [peer] = await connected;
    peer.close(4008);
    await waitFor(() => reasons.length > 0);
    expect(reasons).toEqual(['code 4008']);
  });

  it('the WebSocket client reports the status and headers of a refused upgrade', async () => {
    const { reasons } = await connect('/no');
    await waitFor(() => reasons.length > 0);
    expect(reasons).toEqual([expect.stringMatching(/^HTTP\/1.1 401/)]);
  });

  it('the WebSocket client reports a refused TCP connection', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const reason = await new Promise((onClose) => new WebSocket({ port, path: '/', onText: () => {}, onClose }));
    expect(reason).toMatch(/ECONNREFUSED/);
  });
});
