import type { Group, Media, Session } from '@parley/protocol';
import { type Stack, waitFor } from '@parley/stack';
import { startTestStack } from '@parley/stack/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let stack: Stack;
let ann: Person;
let ben: Person;
let carl: Person;

beforeAll(async () => {
  stack = await startTestStack({ env: { SEND_POLICY: 'anyone' } });
  [ann, ben, carl] = [await register('ann'), await register('ben'), await register('carl')];
});
afterAll(() => stack.stop());

const recorder = () => stack.processes.recorders[0] as Stack['processes']['recorders'][number];

/** Runs `work` while the recorder is paused. */
async function whileRecorderSleeps(work: () => Promise<void>): Promise<void> {
  await recorder().kill('SIGSTOP');
  try {
    await work();
  } finally {
    await recorder().kill('SIGCONT');
  }
}

const statuses = (media: Media, ...people: Person[]) => Promise.all(people.map((person) => person.status(media)));

describe('access to media', () => {
  it('recipients can fetch media as soon as the message is delivered, even before it is in PostgreSQL', async () => {
    const media = await ann.upload();
    expect(await statuses(media, ann, ben, carl)).toEqual([200, 404, 404]);
    await whileRecorderSleeps(async () => {
      await ann.send(ben.id, media);
      expect(await statuses(media, ann, ben, carl)).toEqual([200, 200, 404]);
      await ben.send(carl.id, media);
      expect(await statuses(media, carl)).toEqual([200]);
    });
    await recorded(carl, ben);
    expect(await statuses(media, ann, ben, carl)).toEqual([200, 200, 200]);
  });

  it('members of a group can fetch its media, but a member who has left cannot', async () => {
    const name = `friends ${Date.now()}`;
    const group = await ann.call<Group>('POST', '/v1/groups', { name, members: [ben.id, carl.id] });
    const media = await ben.upload();
    await whileRecorderSleeps(async () => {
      await ben.send(group.id, media);
      expect(await statuses(media, ann, carl)).toEqual([200, 200]);
      await carl.call('POST', `/v1/groups/${group.id}/leave`);
      expect(await statuses(media, ann, carl)).toEqual([200, 404]);
    });
    await recorded(ann, group);
    expect(await statuses(media, ann, carl)).toEqual([200, 404]);
  });

  it('a user who knows the id of a media file without having access to it cannot send it to others', async () => {
    const media = await ann.upload();
    const attempts = async () => {
      await carl.send(carl.id, media);
      await carl.send(ben.id, media);
      await ben.send(carl.id, media);
      await carl.send(ann.id, media);
    };
    await whileRecorderSleeps(async () => {
      await attempts();
      expect(await statuses(media, ben, carl)).toEqual([404, 404]);
    });
    await recorded(carl, ann);
    expect(await statuses(media, ben, carl)).toEqual([404, 404]);
    await ann.send(ben.id, media);
    await recorded(ben, ann);
    expect(await statuses(media, ben)).toEqual([200]);
  });

  it('after a recall, the recipient cannot fetch the media, whether or not the message was already in PostgreSQL', async () => {
    const media = await ann.upload();
    await whileRecorderSleeps(async () => {
      const id = await ann.send(ben.id, media);
      expect(await statuses(media, ben)).toEqual([200]);
      await ann.frame({ type: 'recall', ref: `r${id}`, chat: ben.id, id });
      expect(await statuses(media, ann, ben)).toEqual([200, 404]);
    });
    await recorded(ben, ann);
    await waitFor(async () => (await ben.status(media)) === 404, { message: 'it is still there' });
  });

  it('a user who deleted the chat cannot fetch its media, while the other user can', async () => {
    const media = await ann.upload();
    await ann.send(ben.id, media);
    await recorded(ben, ann);
    await ben.send(carl.id, media);
    await recorded(carl, ben);
    await carl.call('DELETE', `/v1/chats/${ben.id}`);
    expect(await statuses(media, ann, ben, carl)).toEqual([200, 200, 404]);
  });
});

async function register(name: string): Promise<Person> {
  const answer = await fetch(`${stack.apiUrl}/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: name, password: 'correct horse' }),
  });
  return new Person((await answer.json()) as Session);
}

/** Resolves when a user's history contains all messages that were sent to a chat so far. */
async function recorded(person: Person, chat: { id: number }): Promise<void> {
  const path = `/v1/chats/${chat.id}/messages?limit=1`;
  const newest = async () => (await person.call<{ items: { id: number }[] }>('GET', path)).items[0]?.id ?? 0;
  await waitFor(async () => (await newest()) >= lastSent, { message: 'it is not recorded' });
}

let lastSent = 0;

class Person {
  readonly id: number;
  readonly #token: string;

  constructor({ user, accessToken }: Session) {
    this.id = user.id;
    this.#token = accessToken;
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.#ask(`${stack.apiUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  async upload(): Promise<Media> {
    const bytes = Buffer.from(`a secret ${Math.random()}`);
    const headers = {
      'tus-resumable': '1.0.0',
      'upload-length': String(bytes.length),
      'content-type': 'application/offset+octet-stream',
    };
    const answer = await this.#ask(`${stack.apiUrl}/v1/media`, { method: 'POST', headers, body: bytes });
    return (await answer.json()) as Media;
  }

  async status({ id }: Media): Promise<number> {
    const answer = await this.#ask(`${stack.apiUrl}/v1/media/${id}`);
    await answer.arrayBuffer();
    return answer.status;
  }

  /** Sends a media to a user or group. Returns the message's id. */
  async send(to: number, { id, name, size, mime }: Media): Promise<number> {
    const body = { type: 'file', media: id, name, size, mime };
    const ack = await this.frame({ type: 'send', ref: String(Math.random()), to, body });
    lastSent = ack.id ?? 0;
    return lastSent;
  }

  async frame(frame: object): Promise<{ type: string; id?: number }> {
    const answer = await this.#ask(`${stack.gatewayUrls[0]}/v1/frames`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(frame),
    });
    const reply = (await answer.json()) as { type: string; id?: number };
    if (reply.type !== 'ack') throw new Error(JSON.stringify(reply));
    return reply;
  }

  async #ask(url: string, init: RequestInit = {}): Promise<Response> {
    return await fetch(url, { ...init, headers: { authorization: `Bearer ${this.#token}`, ...init.headers } });
  }
}
