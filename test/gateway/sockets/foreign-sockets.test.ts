import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { hasPython } from '../../stack/toolchains.ts';
import { Kit } from '../kit.ts';
import { buildGoClient, type Command, ForeignSocket, pythonClient } from './foreign-socket.ts';

const built = await mkdtemp(join(tmpdir(), 'parley-go-client-'));
const hasGo = await buildGoClient(built);
let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(1);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
  await rm(built, { recursive: true, force: true });
});

describe.each([
  {
    library: 'websockets',
    command: pythonClient('with_websockets.py'),
    installed: hasPython('sockets in websockets', 'websockets'),
    sendsFragments: true,
  },
  {
    library: 'aiohttp',
    command: pythonClient('with_aiohttp.py'),
    installed: hasPython('sockets in aiohttp', 'aiohttp'),
    sendsFragments: false,
  },
  { library: 'gorilla/websocket', command: [join(built, 'gorilla')], installed: hasGo, sendsFragments: true },
])('the WebSocket library $library', ({ library, command, installed, sendsFragments }) => {
  const connect = (user: number) => new ForeignSocket(command, kit.gateway().url, kit.token(user));

  it.skipIf(!installed)(`${library} offers compression, and the gateway does not choose it`, async () => {
    const user = kit.newId();
    await using socket = connect(user);
    expect(await socket.line('protocol')).toEqual({ protocol: 'parley.v1', extensions: null });
    expect(await socket.frame('welcome')).toMatchObject({ user });
  });

  it.skipIf(!installed)(`${library} gets the status with which the gateway refuses an upgrade`, async () => {
    await using socket = new ForeignSocket(command, kit.gateway().url, 'forged');
    expect(await socket.line('refused')).toEqual({ refused: 401 });
  });

  it.skipIf(!installed)(`${library} sends and receives messages`, async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = connect(b);
    await bob.frame('welcome');
    await alice.text(b, 'r1', 'to a foreign client: 长 🙂');
    const body = { type: 'text', text: 'to a foreign client: 长 🙂' };
    expect(await bob.frame('event')).toMatchObject({ event: { kind: 'message', from: a, body } });
    bob.run({ text: message(a, 'from a foreign client: 长 🙂') });
    expect(await bob.frame('ack')).toMatchObject({ ref: 'r' });
    await expect.poll(() => alice.heard).toContain('from a foreign client: 长 🙂');
  });

  it.skipIf(!installed || !sendsFragments)(`${library} sends a frame in fragments`, async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    await using bob = connect(b);
    const text = 'x'.repeat(1000);
    bob.run({ fragments: message(a, text).match(/.{1,200}/g) as string[] });
    expect(await bob.frame('ack')).toMatchObject({ ref: 'r' });
    await expect.poll(() => alice.heard).toEqual([text]);
  });

  it.skipIf(!installed)(`${library} sends pings and replies to pings`, async () => {
    await using quick = await Kit.start(1, { heartbeat: 1500 });
    const [a, b] = await quick.friends();
    await using bob = new ForeignSocket(command, quick.gateway().url, quick.token(b));
    await bob.frame('welcome');
    bob.run({ ping: true });
    expect(await bob.line('pong')).toEqual({ pong: true });
    // The gateway ends this later connection, because it does not reply to pings.
    const silent = new WebSocket(`${quick.gateway().url}/v1/socket`, 'parley.v1', {
      autoPong: false,
      headers: { authorization: `Bearer ${quick.token(a)}` },
    });
    await new Promise((resolve) => silent.once('close', resolve));
    bob.run({ text: '{"type":"ping","ref":"later"}' });
    expect(await bob.frame('pong')).toMatchObject({ ref: 'later' });
  });

  it.skipIf(!installed).each<[string, Command, number[]]>([
    ['a binary frame', { binary: '{"type":"ping"}' }, [4002]],
    // A gateway on uWebSockets.js sends no close frame for violations of the WebSocket protocol.
    ['text that is not UTF-8', { latin1: '"\xff"' }, [1007, 1006]],
    ['a frame of 70 KiB', { text: 'x'.repeat(70 * 1024) }, [4013]],
    ['a message of 300 KiB', { text: 'x'.repeat(300 * 1024) }, [1009, 1006]],
    ['its own code 1000', { close: 1000 }, [1000]],
    ['its own code 4321', { close: 4321 }, [4321]],
  ])(`${library} gets a close code after it sent %s`, async (_title, sent, codes) => {
    await using socket = connect(kit.newId());
    await socket.frame('welcome');
    socket.run(sent);
    expect(codes).toContain((await socket.line('closed')).closed);
  });
});

function message(to: number, text: string): string {
  return JSON.stringify({ type: 'send', ref: 'r', to, body: { type: 'text', text } });
}
