import { once } from 'node:events';
import type { Group, Session } from '@parley/protocol';
import { type Stack, startStack, waitFor } from '@parley/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';

let stack: Stack;
let ann: Person;
let ben: Person;
let carl: Person;
beforeAll(async () => {
  stack = await startStack({ env: { SEND_POLICY: 'anyone', API_KEYS: key } });
  [ann, ben, carl] = [await register('ann'), await register('ben'), await register('carl')];
});
afterAll(() => stack.stop());

const key = 'k'.repeat(32);

it('a member who was removed from a group can no longer load its LayIM files', async () => {
  const group = await ann.call<Group>('POST', '/v1/groups', { name: 'walkers', members: [ben.id, carl.id] });
  const [ours, theirs] = await shareFile('group', group.id);
  expect(await statuses(ours, theirs)).toEqual([0, 0]);
  await ann.call('DELETE', `/v1/groups/${group.id}/members/${ben.id}`);
  expect(await statuses(ours, theirs)).toEqual([0, 404]);
});

it('the recipient of a LayIM file gets their own address of the file; a recall invalidates the address', async () => {
  const [ours, theirs] = await shareFile('friend', ben.id);
  expect(theirs).not.toBe(ours);
  expect(await statuses(ours, theirs)).toEqual([0, 0]);
  const { items } = await ben.call<{ items: { id: number; body: { text: string } }[] }>(
    'GET',
    `/v1/chats/${ann.id}/messages`,
  );
  const message = items.at(-1);
  // The history contains no address that works without a token.
  expect(message?.body.text).toBe(`file(${theirs.split('/').slice(0, 4).join('/')})[a.txt]`);
  await ann.frame({ type: 'recall', ref: 'r', chat: ben.id, id: message?.id });
  await waitFor(async () => (await statuses(theirs))[0] === 404, { message: 'the file is still there' });
  expect(await statuses(ours)).toEqual([0]);
});

it("nobody gets access to a LayIM file from a text that contains the address of another user's file", async () => {
  const { id } = parts(await ann.upload());
  const page = await carl.openPage();
  const other = await ben.openPage();
  page.write('friend', ben.id, `img[/layim/media/${id}/x]`);
  const address = await other.address();
  expect(parts(address).id).toBe(id);
  expect(await statuses(address)).toEqual([404]);
  page.close();
  other.close();
});

it('the address of a LayIM file becomes invalid when the account is deleted for which it was created', async () => {
  const dan = await register('dan');
  const address = await dan.upload();
  expect(await statuses(address)).toEqual([0]);
  const headers = { authorization: `Bearer ${key}` };
  const path = `/v1/server/users/~${dan.id}`;
  expect((await fetch(stack.apiUrl + path, { method: 'DELETE', headers })).status).toBe(204);
  expect(await statuses(address)).toEqual([404]);
});

/** Sends a file from Ann's page. Resolves with her address and the one that Ben's page gets. */
async function shareFile(type: 'friend' | 'group', to: number): Promise<[string, string]> {
  const [page, other] = [await ann.openPage(), await ben.openPage()];
  const ours = await ann.upload();
  page.write(type, to, `file(${ours})[a.txt]`);
  const theirs = await other.address();
  page.close();
  other.close();
  return [ours, theirs];
}

/** Loads addresses without a token. Resolves with 0 for the file, or with the code of the error. */
async function statuses(...addresses: string[]): Promise<number[]> {
  const load = async (address: string) => {
    const text = await (await fetch(stack.apiUrl + address)).text();
    return text === 'of Ann' ? 0 : (JSON.parse(text) as { code: number }).code;
  };
  return Promise.all(addresses.map(load));
}

function parts(address: string): { id: string } {
  const [, id = ''] = /^\/layim\/media\/(\d+)/.exec(address) ?? [];
  return { id };
}

async function register(name: string): Promise<Person> {
  const answer = await fetch(`${stack.apiUrl}/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: name, password: 'correct horse' }),
  });
  return new Person((await answer.json()) as Session);
}

class Person {
  readonly id: number;
  readonly #token: string;

  constructor({ user, accessToken }: Session) {
    this.id = user.id;
    this.#token = accessToken;
  }

  async call<T>(method: string, path: string, body?: object, root = stack.apiUrl): Promise<T> {
    const answer = await fetch(root + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  frame(frame: object): Promise<unknown> {
    return this.call('POST', '/v1/frames', frame, stack.gatewayUrls[0]);
  }

  /** Uploads a file as LayIM does. Resolves with its address. */
  async upload(): Promise<string> {
    const body = new FormData();
    body.append('file', new Blob(['of Ann']), 'a.txt');
    const answer = await fetch(`${stack.apiUrl}/layim/upload/file?token=${this.#token}`, { method: 'POST', body });
    return ((await answer.json()) as { data: { src: string } }).data.src;
  }

  async openPage(): Promise<Page> {
    const root = String(stack.gatewayUrls[0]).replace('http', 'ws');
    const page = new Page(new WebSocket(`${root}/layim/socket?token=${this.#token}`));
    await page.opened;
    return page;
  }
}

class Page {
  readonly opened: Promise<unknown>;
  readonly #socket: WebSocket;
  readonly #contents: string[] = [];

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.opened = once(socket, 'open');
    socket.on('message', (data) => this.#contents.push(JSON.parse(String(data)).content));
  }

  write(type: 'friend' | 'group', to: number, content: string): void {
    this.#socket.send(JSON.stringify({ mine: { content }, to: { id: String(to), type } }));
  }

  /** Resolves with the address in the newest content, once there is one. */
  async address(): Promise<string> {
    const find = () => /[[(](\/layim\/media\/[^\s[\]()]+)[\])]/.exec(this.#contents.at(-1) ?? '')?.[1];
    return (await waitFor(find, { message: 'the page got no address' })) as string;
  }

  close(): void {
    this.#socket.close();
  }
}
