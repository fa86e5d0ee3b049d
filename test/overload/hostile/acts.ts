import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { HostileSocket } from './hostile-socket.ts';
import type { Replies } from './replies.ts';
import { request } from './request.ts';

/** Watches 500 strangers with each frame, over 8 connections. */
const watchStrangers: Act = (scene) =>
  bySockets(scene, 8, (socket) => {
    for (let i = 0; i < 20; i += 1) socket.send({ type: 'watch', users: unknownIds(500) });
  });

/** Adds and removes a reaction to the same message again and again. */
const reactInLoops: Act = (scene) =>
  bySockets(scene, 4, (socket, round) => {
    const { group, message } = scene.target;
    for (let i = 0; i < 50; i += 1) {
      const active = (round + i) % 2 === 0;
      socket.send({ type: 'react', ref: `r${i}`, chat: group, id: message, emoji: '👍', active });
    }
  });

/** Sends messages of 32 kB to a group of 25 members. */
const floodGroup: Act = (scene) =>
  bySockets(scene, 4, (socket, round) => {
    const text = '👍'.repeat(8000);
    for (let i = 0; i < 10; i += 1) {
      const ref = `${scene.run}-${socketIndex(socket)}-${round}-${i}`;
      socket.send({ type: 'send', ref, to: scene.target.group, body: { type: 'text', text } });
    }
  });

/** Uploads pictures that need 390 MB when decoded, and sends forms of 10 MiB without their end. */
const uploadBombs: Act = async (scene) => {
  const { target, token, replies, signal } = scene;
  const { bomb: file } = target;
  const upload = async () => {
    const { status } = await request(`${target.api}/v1/media`, {
      method: 'POST',
      token,
      bytes: file,
      signal,
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(file.length),
        'content-type': 'application/offset+octet-stream',
      },
    });
    replies.count(String(status));
  };
  await Promise.all([
    ...Array.from({ length: 12 }, () => repeat(signal, upload)),
    ...Array.from({ length: 12 }, () => repeat(signal, () => halfForm(scene, 10 * 1024 * 1024))),
  ]);
};

/** Guesses the password of another user with 8 requests at a time. */
const guessPasswords: Act = async ({ target, replies, signal }) => {
  let count = 0;
  const guess = async () => {
    count += 1;
    const json = { username: target.victim, password: `wrong guess ${count}` };
    const { status } = await request(`${target.api}/v1/sessions`, { method: 'POST', json, signal, from: '127.0.0.66' });
    replies.count(String(status));
  };
  await Promise.all(Array.from({ length: 8 }, () => repeat(signal, guess)));
};

/** Sends large and invalid forms and messages to LayIM. */
const postForms: Act = async (scene) => {
  const { target, token, replies, signal } = scene;
  const nested = `{"mine":{"content":"x"},"to":{"id":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
  const large = JSON.stringify({ mine: { content: 'x'.repeat(60_000) }, to: { id: '1', type: 'friend' } });
  const post = async (bytes: Buffer, type: string) => {
    const { body, status } = await request(`${target.api}/layim/upload/file`, {
      ...{ method: 'POST', token, bytes, signal },
      headers: { 'content-type': type },
    });
    replies.count(`form ${body.code ?? status}`);
  };
  const form = (size: number) =>
    Buffer.concat([
      Buffer.from('--b\r\ncontent-disposition: form-data; name="other"; filename="x"\r\n\r\n'),
      Buffer.alloc(size),
    ]);
  await Promise.all([
    bySockets({ ...scene, path: '/layim/socket' }, 2, (socket) => {
      for (const text of [nested, large, '{', '[]', 'null']) socket.send(text);
    }),
    repeat(signal, () => post(form(11 * 1024 * 1024), 'multipart/form-data; boundary=b')),
    repeat(signal, () => post(form(1000), 'multipart/form-data; boundary=b')),
    repeat(signal, () => post(Buffer.from('x'), 'multipart/form-data')),
  ]);
};

/** Sends requests and frames about users, chats and messages that do not exist. */
const askUnknown: Act = async (scene) => {
  const { target, token, replies, signal } = scene;
  const paths = (id: number) => [`/v1/users/${id}`, `/v1/groups/${id}`, `/v1/media/${id}`, `/v1/chats/${id}/messages`];
  await Promise.all([
    bySockets(scene, 4, (socket) => {
      for (const [i, id] of unknownIds(10).entries()) {
        socket.send({ type: 'send', ref: `u${i}`, to: id, body: { type: 'text', text: 'x' } });
        socket.send({ type: 'mark', ref: `m${i}`, chat: id, read: id });
        socket.send({ type: 'typing', chat: id, active: true });
        socket.send({ type: 'recall', ref: `c${i}`, chat: id, id });
      }
    }),
    ...Array.from({ length: 4 }, () =>
      repeat(signal, async () => {
        for (const path of paths(unknownIds(1)[0] as number)) {
          const { status } = await request(target.api + path, { token, signal });
          replies.count(String(status));
        }
      }),
    ),
  ]);
};

/** Opens connections of all transports again and again, more of them than a user can have. */
const openConnections: Act = async (scene) => {
  const { target, token, replies, signal } = scene;
  const gateway = (i: number) => target.gateways[i % target.gateways.length] as string;
  await Promise.all(
    Array.from({ length: 24 }, (_, i) =>
      repeat(signal, async () => {
        if (i % 3 > 0) {
          const path = i % 3 === 1 ? '/v1/events?cursor=latest' : '/v1/poll?cursor=latest&timeout=1000';
          const time = AbortSignal.any([signal, AbortSignal.timeout(1000)]);
          const { status } = await request(gateway(i).replace('ws', 'http') + path, { token, signal: time });
          if (status > 0) replies.count(String(status));
          return;
        }
        const socket = await HostileSocket.open({ url: gateway(i), token, replies });
        await delay(300);
        socket.destroy();
      }),
    ),
  );
};

/** Name of each attack -> function that performs it. */
export const acts = {
  watchStrangers,
  reactInLoops,
  floodGroup,
  uploadBombs,
  guessPasswords,
  postForms,
  askUnknown,
  openConnections,
} as const;

/**
 * Repeats a step until the signal aborts. A short pause after each step limits the CPU that
 * attackers use.
 */
async function repeat(signal: AbortSignal, step: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await step();
    await delay(PAUSE_MS);
  }
}

const PAUSE_MS = 20;

/**
 * Repeats a step on several connections until the signal aborts. Opens a new connection when the
 * server closes one.
 */
async function bySockets(scene: Scene, count: number, step: (socket: HostileSocket, round: number) => void) {
  const { target, token, replies, signal, path } = scene;
  const run = async (index: number) => {
    const url = target.gateways[index % target.gateways.length] as string;
    for (let round = 0; !signal.aborted; ) {
      const socket = await HostileSocket.open({ url, token, replies, ...(path && { path }) });
      indexes.set(socket, index);
      const onAbort = () => socket.destroy();
      signal.addEventListener('abort', onAbort);
      for (; socket.closed === undefined && !signal.aborted; round += 1) {
        step(socket, round);
        await socket.settled();
        await delay(PAUSE_MS);
      }
      socket.destroy();
      signal.removeEventListener('abort', onAbort);
      await delay(100);
    }
  };
  await Promise.all(Array.from({ length: count }, (_, index) => run(index)));
}

const indexes = new WeakMap<HostileSocket, number>();
const socketIndex = (socket: HostileSocket) => indexes.get(socket) ?? 0;

/** Sends a form without its end, and waits until the server closes the connection. */
async function halfForm({ target, token, replies, signal }: Scene, size: number): Promise<void> {
  const { hostname, port } = new URL(target.api);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const onAbort = () => socket.destroy();
  signal.addEventListener('abort', onAbort);
  socket.once('data', (data) => {
    // Reads the code from the body, because the refusal of a form has the HTTP status 200.
    const [, status = ''] = /^HTTP\/1\.1 (\d+)/.exec(data.toString()) ?? [];
    const [, code = status] = /"code":(\d+)/.exec(data.toString()) ?? [];
    replies.count(`half form ${code}`);
    socket.destroy();
  });
  socket.write(
    `POST /layim/upload/file HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: multipart/form-data; boundary=b\r\ncontent-length: ${size}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(size - 1000));
  const time = setTimeout(onAbort, 5000);
  await ended;
  clearTimeout(time);
  signal.removeEventListener('abort', onAbort);
}

function unknownIds(count: number): number[] {
  return Array.from({ length: count }, () => 1_000_000_000 + Math.floor(Math.random() * 1e12));
}

/** Attacks as a hostile user until the signal aborts. */
export type Act = (scene: Scene) => Promise<void>;

export interface Scene {
  target: Target;
  /** Access token of the hostile user. */
  token: string;
  replies: Replies;
  signal: AbortSignal;
  /** Prefix of refs. */
  run: string;
  /** Path of the WebSocket on the gateway. Default: the path of Parley's protocol. */
  path?: string;
}

/** The system under attack. */
export interface Target {
  api: string;
  /** Root URL of each gateway, `ws://…`. */
  gateways: string[];
  /** Ids of a group of 25 members that contains the hostile users, and of a message in it. */
  group: number;
  message: number;
  /** Username of the user whose password is guessed. */
  victim: string;
  /** A small PNG file that needs hundreds of megabytes when decoded. */
  bomb: Buffer;
}
