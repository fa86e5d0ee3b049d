import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { type ImportLine, ParleyServer, ParleyServerError, verifyWebhook, type WebhookEvent } from '@parley/server';
import { type Stack, waitFor } from '@parley/stack';
import { Receiver, startTestStack } from '@parley/stack/test';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const apiKey = 'key-of-the-product-long-enough-for-anything';
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const text = (value: string) => ({ type: 'text' as const, text: value });
let receiver: Receiver;
let stack: Stack;
let parley: ParleyServer;
beforeAll(async () => {
  receiver = await Receiver.start();
  const endpoint = { url: receiver.url, events: ['message', 'friend', 'group'], secret };
  const env = { API_KEYS: apiKey, WEBHOOKS: JSON.stringify([endpoint]), WEBHOOK_NETWORKS: '127.0.0.0/8' };
  stack = await startTestStack({ env });
  parley = new ParleyServer({ url: stack.apiUrl, apiKey });
}, 120_000);
afterAll(async () => {
  await stack?.stop();
  await receiver?.close();
});

describe('ParleyServer', () => {
  it('ParleyServer creates users, sends messages and lists messages page by page', async () => {
    const ann = await parley.call('PUT /server/users/{user}', { user: 'list/ann', name: 'Ann' });
    const ben = await parley.call('PUT /server/users/{user}', { user: 'list/ben', name: 'Ben', custom: { team: 1 } });
    expect(ben).toMatchObject({ externalId: 'list/ben', custom: { team: 1 }, deactivated: null });
    expect(await parley.call('PATCH /server/users/{user}/privacy', { user: 'list/ann', find: false })).toEqual(
      await parley.call('GET /server/users/{user}/privacy', { user: ann.id }),
    );
    // A number in a path is a Parley id.
    await parley.call('PUT /server/users/{user}/friends/{friend}', { user: 'list/ann', friend: ben.id });
    const message = { from: 'list/ann', to: 'list/ben', ref: 'r1', body: text('hi'), custom: { order: 7 } };
    const sent = await parley.call('POST /server/messages', message);
    expect(sent).toMatchObject({ conversation: `${ann.id}_${ben.id}`, duplicate: false });
    expect(await parley.call('POST /server/messages', message)).toMatchObject({ id: sent.id, duplicate: true });
    const chat = { user: ben.id, chat: ann.id };
    const read = () => parley.call('GET /server/users/{user}/chats/{chat}/messages', chat);
    await waitFor(async () => (await read()).items.length === 1);
    expect(await read()).toMatchObject({
      items: [{ id: sent.id, body: text('hi'), custom: { order: 7 } }],
      more: false,
    });

    const first = await parley.call('GET /server/users', { q: 'list/', limit: 1 });
    const second = await parley.call('GET /server/users', { q: 'list/', after: first.next as string });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([ann.id, ben.id]);
    expect(second.next).toBeNull();
    expect(await parley.call('DELETE /server/users/{user}/friends/{friend}', { user: ben.id, friend: ann.id })).toBe(
      undefined,
    );
  });

  it('ParleyServer manages groups and issues tokens', async () => {
    for (const user of ['g-ann', 'g-ben']) await parley.call('PUT /server/users/{user}', { user });
    const given = { group: 'team', name: 'The team', owner: 'g-ann', members: ['g-ben'] };
    const group = await parley.call('PUT /server/groups/{group}', given);
    expect(group).toMatchObject({ externalId: 'team', members: 2 });
    const members = await parley.call('GET /server/groups/{group}/members', { group: group.id });
    expect(members.items.map(({ role }) => role)).toEqual(['owner', 'member']);
    const sent = { from: 'system', to: { group: 'team' }, ref: 'r', body: text('welcome') } as const;
    expect(await parley.call('POST /server/messages', sent)).toMatchObject({ conversation: `g${group.id}` });
    const { accessToken } = await parley.call('POST /server/tokens', { user: 'g-ben' });
    const me = await fetch(`${stack.apiUrl}/v1/me`, { headers: { authorization: `Bearer ${accessToken}` } });
    expect(await me.json()).toMatchObject({ name: 'g-ben' });
    await parley.call('DELETE /server/groups/{group}/members/{user}', { group: 'team', user: 'g-ben' });
    await parley.call('DELETE /server/groups/{group}', { group: 'team' });
    await expect(parley.call('GET /server/groups/{group}', { group: 'team' })).rejects.toMatchObject({ status: 404 });
  });

  it('ParleyServer sends a message to many receivers with a job', async () => {
    for (const user of ['many-ann', 'many-ben']) await parley.call('PUT /server/users/{user}', { user });
    const { id } = await parley.sendToMany({
      ...{ from: 'system', to: ['many-ann', 'many-ben', 'nobody'], ref: 'news', body: text('news') },
    });
    const read = () => parley.call('GET /server/jobs/{id}', { id });
    await waitFor(async () => (await read()).state === 'done');
    expect(await read()).toMatchObject({ total: 3, done: 3, failed: 1, errors: [{ to: 'nobody', code: 'not-found' }] });
    expect((await parley.call('GET /server/jobs', { limit: 1 })).items.map((job) => job.id)).toEqual([id]);
    expect(await parley.call('DELETE /server/jobs/{id}', { id })).toBeUndefined();
  });

  it('ParleyServer imports history from a generator', async () => {
    for (const user of ['old-ann', 'old-ben']) await parley.call('PUT /server/users/{user}', { user });
    async function* lines(): AsyncGenerator<ImportLine> {
      for (let n = 0; n < 1500; n += 1)
        yield { type: 'message', id: `${n}`, from: 'old-ann', to: 'old-ben', date: n * 1000, body: text('old') };
      yield { type: 'read', user: 'old-ben', chat: 'old-ann', date: 1_490_000 };
      yield { type: 'read', user: 'nobody', chat: 'old-ann', date: 0 };
    }
    const done = await parley.importHistory(lines());
    expect(done).toMatchObject({
      state: 'done',
      lines: 1502,
      imported: 1500,
      errors: [{ line: 1502, code: 'not-found' }],
    });
    expect(await parley.importHistory(lines(), { skip: 1000 })).toMatchObject({
      lines: 1502,
      imported: 0,
      duplicates: 500,
    });
    expect((await parley.call('GET /server/imports/{id}', { id: done.id })).imported).toBe(1500);
    const { items } = await parley.call('GET /server/users/{user}/chats', { user: 'old-ben' });
    expect(items).toMatchObject([{ unread: 9, last: { date: 1_499_000 } }]);
    const unreadable = async function* (): AsyncGenerator<ImportLine> {
      yield* lines();
      throw new RangeError('unreadable');
    };
    await expect(parley.importHistory(unreadable())).rejects.toThrow(RangeError);
    const wrong = new ParleyServer({ url: stack.apiUrl, apiKey: 'wrong' });
    await expect(wrong.importHistory([])).rejects.toMatchObject({ status: 401 });
  });

  it('ParleyServer edits a message, lists sessions and closes reports', async () => {
    const [ann, ben] = [
      await parley.call('PUT /server/users/{user}', { user: 'm-ann' }),
      await parley.call('PUT /server/users/{user}', { user: 'm-ben' }),
    ];
    await parley.call('PUT /server/users/{user}/friends/{friend}', { user: ann.id, friend: ben.id });
    const wrong = { from: 'm-ann', to: 'm-ben', ref: 'm', body: text('wrong') };
    const { id: message } = await parley.call('POST /server/messages', wrong);
    const place = { user: 'm-ben', chat: ann.id, message };
    const path = '/server/users/{user}/chats/{chat}/messages/{message}';
    const find = () => parley.call(`GET ${path}`, place).catch(() => undefined);
    await waitFor(async () => (await find()) !== undefined);
    const edited = await parley.call(`PATCH ${path}`, { ...place, body: text('right') });
    expect(edited).toMatchObject({ id: message, body: text('right') });
    const { accessToken } = await parley.call('POST /server/tokens', { user: 'm-ben', device: 'phone' });
    const { items } = await parley.call('GET /server/users/{user}/sessions', { user: 'm-ben' });
    expect(items).toMatchObject([{ device: 'phone' }]);
    await fetch(`${stack.apiUrl}/v1/reports`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ chat: ann.id, message, reason: 'spam' }),
    });
    const [report] = (await parley.call('GET /server/reports', { state: 'open' })).items;
    expect(report).toMatchObject({ reporter: ben.id, message: { id: message } });
    const closed = { id: report?.id ?? 0, state: 'closed' } as const;
    expect(await parley.call('PATCH /server/reports/{id}', closed)).toMatchObject({ state: 'closed' });
  });

  it('ParleyServer bans and mutes members of a group, and webhooks report each change once', async () => {
    for (const user of ['b-ann', 'b-ben', 'b-cat']) await parley.call('PUT /server/users/{user}', { user });
    const place = { group: 'watched', user: 'b-ben' };
    const { id: group } = await parley.call('PUT /server/groups/{group}', {
      ...{ group: 'watched', name: 'Watched', owner: 'b-ann', members: ['b-ben', 'b-cat'] },
    });
    const until = Date.now() + 3_600_000;
    const muted = await parley.call('PUT /server/groups/{group}/mutes/{user}', { ...place, until });
    expect(muted).toMatchObject({ role: 'member', mutedUntil: until });
    const message = { from: 'b-ben', to: { group: 'watched' }, ref: 'muted', body: text('hi') } as const;
    await expect(parley.call('POST /server/messages', message)).rejects.toMatchObject({ code: 'muted' });
    await parley.call('DELETE /server/groups/{group}/mutes/{user}', place);
    expect(await parley.call('POST /server/messages', message)).toMatchObject({ duplicate: false });
    const ban = await parley.call('PUT /server/groups/{group}/bans/{user}', place);
    expect(await parley.call('PUT /server/groups/{group}/bans/{user}', place)).toEqual(ban);
    expect(ban).toMatchObject({ by: 9_000_000_000_000_000, user: { id: muted.user.id } });
    expect((await parley.call('GET /server/groups/{group}/bans', { group })).items).toEqual([ban]);
    await expect(parley.call('POST /server/messages', { ...message, ref: 'banned' })).rejects.toMatchObject({
      code: 'not-member',
    });
    await expect(
      parley.call('PUT /server/groups/{group}/bans/{user}', { ...place, user: 'b-ann' }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await expect(parley.call('PUT /server/groups/{group}/mutes/{user}', { ...place, until })).rejects.toMatchObject({
      code: 'not-found',
    });
    for (let i = 0; i < 2; i += 1) await parley.call('DELETE /server/groups/{group}/bans/{user}', place);
    expect((await parley.call('GET /server/groups/{group}/bans', { group })).items).toEqual([]);
    const reported = () =>
      receiver.got
        .map(({ event }) => event)
        .filter(({ type, data }) => data.group === group && /muted|banned|removed/.test(type))
        .map(({ type, data }) => [type, data.user, data.by, data.until]);
    const by = 9_000_000_000_000_000;
    await waitFor(() => reported().length === 5);
    expect(reported().toSorted()).toEqual(
      [
        ['group.muted', muted.user.id, by, until],
        ['group.unmuted', muted.user.id, by, undefined],
        ['group.banned', muted.user.id, by, undefined],
        ['group.removed', muted.user.id, undefined, undefined],
        ['group.unbanned', muted.user.id, by, undefined],
      ].toSorted(),
    );
  });

  it('ParleyServer puts a user on legal hold, which preserves a message before its edit and recall', async () => {
    const [ann, ben] = [
      await parley.call('PUT /server/users/{user}', { user: 'l-ann' }),
      await parley.call('PUT /server/users/{user}', { user: 'l-ben' }),
    ];
    await parley.call('PUT /server/users/{user}/friends/{friend}', { user: ann.id, friend: ben.id });
    const held = await parley.call('POST /server/holds', { user: 'l-ann', reason: 'case 7' });
    expect(held).toMatchObject({ id: ann.id, kind: 'user', externalId: 'l-ann', reason: 'case 7' });
    expect((await parley.call('GET /server/holds')).items).toEqual([held]);
    const sent = { from: 'l-ann', to: 'l-ben', ref: 'l', body: text('first') };
    const { id: message } = await parley.call('POST /server/messages', sent);
    const place = { user: 'l-ben', chat: ann.id, message };
    const path = '/server/users/{user}/chats/{chat}/messages/{message}';
    await waitFor(async () => (await parley.call(`GET ${path}`, place).catch(() => undefined)) !== undefined);
    await parley.call(`PATCH ${path}`, { ...place, body: text('second') });
    await parley.call(`DELETE ${path}`, place);
    const preserved = async () => (await parley.call('GET /server/holds/{id}/messages', { id: ann.id })).items;
    await waitFor(async () => (await preserved()).length === 4);
    const own = (await preserved()).filter(({ owner }) => owner === ann.id);
    expect(own).toMatchObject([
      { message, from: ann.id, cause: 'changed', body: text('first'), edited: null },
      { message, from: ann.id, cause: 'changed', body: text('second'), edited: expect.any(Number) },
    ]);
    expect(await parley.call('DELETE /server/holds/{id}', { id: ann.id })).toBeUndefined();
  });

  it("a rejected call of ParleyServer has the code, status and fields of the api's error", async () => {
    const missing = parley.call('GET /server/users/{user}', { user: 'nobody' });
    await expect(missing).rejects.toBeInstanceOf(ParleyServerError);
    await expect(missing).rejects.toMatchObject({
      code: 'not-found',
      status: 404,
      detail: 'There is no user "nobody".',
    });
    const invalid = parley.call('POST /server/messages', { from: 'system', to: 1, ref: '', body: text('x') });
    await expect(invalid).rejects.toMatchObject({ code: 'bad-request', status: 400, errors: [{ path: 'ref' }] });
    const stranger = new ParleyServer({ url: stack.apiUrl, apiKey: 'a-key-that-nobody-knows-but-is-long-enough' });
    await expect(stranger.call('GET /server/users')).rejects.toMatchObject({ code: 'unauthenticated', status: 401 });
    expect(JSON.stringify(await missing.catch((error) => error))).not.toContain(apiKey);
  });

  it('an id with special characters cannot change the path that ParleyServer requests', async () => {
    for (const friend of ['..', '.', '', '~17']) {
      const input = { user: 'list/ann', friend };
      await expect(parley.call('DELETE /server/users/{user}/friends/{friend}', input)).rejects.toThrow(TypeError);
    }
    await expect(parley.call('GET /server/users/{user}', { user: 'a/../../b?c#d' })).rejects.toMatchObject({
      detail: 'There is no user "a/../../b?c#d".',
    });
  });

  it('ParleyServer has a type for every operation of the server API, and for nothing else', async () => {
    const file = fileURLToPath(new URL('../../packages/server/src/calls/operations.ts', import.meta.url));
    const known = [...(await readFile(file, 'utf8')).matchAll(/^ {2}'([A-Z]+ \/\S+)': /gm)].map(([, name]) => name);
    const { paths } = (await (await fetch(`${stack.apiUrl}/openapi.json`)).json()) as { paths: Record<string, object> };
    const offered = Object.entries(paths)
      .filter(([path]) => path.startsWith('/v1/server/'))
      .flatMap(([path, methods]) => Object.keys(methods).map((each) => `${each.toUpperCase()} ${path.slice(3)}`));
    // `importHistory` sends the import. The export is an archive, which `call` does not read.
    const others = ['POST /server/imports', 'GET /server/users/{user}/export'];
    expect([...known, ...others].sort()).toEqual(offered.sort());
  });
});

it('verifyWebhook accepts webhooks of a running system and returns typed events', async () => {
  const users = ['w-ann', 'w-ben'].map((user) => parley.call('PUT /server/users/{user}', { user }));
  const [ann, ben] = (await Promise.all(users)).map(({ id }) => id);
  await parley.call('PUT /server/users/{user}/friends/{friend}', { user: 'w-ann', friend: 'w-ben' });
  const { id } = await parley.call('POST /server/messages', {
    ...{ from: 'w-ann', to: 'w-ben', ref: 'w', body: text('by webhook'), custom: { n: 1 } },
  });
  const events = (): WebhookEvent[] =>
    receiver.got.map((request) => verifyWebhook(request.headers, request.body, [secret]));
  await waitFor(() => events().some((event) => event.type === 'message.sent' && event.data.id === id));
  const sent = events().find((event) => event.type === 'message.sent' && event.data.id === id);
  expect(sent).toMatchObject({ attempt: 1, data: { from: ann, to: ben, body: text('by webhook'), custom: { n: 1 } } });
  const friends = events().flatMap((event) => (event.type === 'friend.accepted' ? [event.data] : []));
  expect(friends).toEqual(
    expect.arrayContaining([
      { user: ann, other: ben },
      { user: ben, other: ann },
    ]),
  );
});

describe('retries of ParleyServer', () => {
  let front: Front | undefined;
  afterEach(async () => {
    await front?.[Symbol.asyncDispose]();
    front = undefined;
  });

  it('ParleyServer repeats a failed call, which takes effect only once, and honours Retry-After', async () => {
    front = await Front.start(unavailable(0), lost, unavailable());
    await front.parley.call('PUT /server/users/{user}', { user: 'retry' });
    expect(front.requests).toHaveLength(4);
    front.fail(lost);
    const message = { from: 'system', to: 'retry', ref: 'once', body: text('once') } as const;
    // The first request reaches the api. Only its response is lost.
    const sent = await front.parley.call('POST /server/messages', message);
    expect(await parley.call('POST /server/messages', message)).toMatchObject({ id: sent.id, duplicate: true });
    front.fail(limited, unavailable(0), lost);
    const { accessToken } = await front.parley.call('POST /server/tokens', { user: 'retry' });
    expect(front.requests).toHaveLength(10);
    const sessions = await parley.call('GET /server/users/{user}/sessions', { user: 'retry' });
    expect([sessions.items.length, typeof accessToken]).toEqual([1, 'string']);
  });

  it('ParleyServer rejects a call if Retry-After exceeds the time limit, or if the last retry fails', async () => {
    front = await Front.start(unavailable(3600));
    await expect(front.parley.call('GET /server/users')).rejects.toMatchObject({ status: 503, retryAfter: 3600 });
    expect(front.requests).toHaveLength(1);
    front.fail(...Array.from({ length: 9 }, () => unavailable(0)));
    await expect(front.parley.call('GET /server/users')).rejects.toMatchObject({ status: 503 });
    expect(front.requests).toHaveLength(5);
  });

  it('ParleyServer rejects a call to which no reply arrives in time', async () => {
    front = await Front.start(() => {});
    const hasty = new ParleyServer({ url: front.url, apiKey, timeout: 50, retries: 0 });
    await expect(hasty.call('GET /server/users')).rejects.toMatchObject({
      ...{ code: 'unavailable', status: 0, detail: 'No reply within 50 ms' },
    });
  });

  it('ParleyServer does not send its key to the address of a redirect, and rejects HTML replies', async () => {
    front = await Front.start(
      (_, response) => void response.writeHead(307, { location: `${receiver.url}/stolen` }).end(),
      (_, response) => void response.writeHead(200).end('<html>hello</html>'),
    );
    const before = receiver.got.length;
    const redirected = front.parley.call('POST /server/messages', {
      ...{ from: 'system', to: 1, ref: 'x', body: text('x') },
    });
    await expect(redirected).rejects.toMatchObject({ status: 307 });
    await expect(front.parley.call('GET /server/users')).rejects.toThrow('Is `url` the root of the api?');
    expect(receiver.got.slice(before).filter(({ headers }) => headers.authorization)).toEqual([]);
  });
});

type Failure = (request: IncomingMessage, response: ServerResponse, body: Buffer) => unknown;

const unavailable =
  (retryAfter?: number): Failure =>
  (_, response) =>
    response.writeHead(503, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }).end();
const limited: Failure = (_, response) => response.writeHead(429, { 'retry-after': '0' }).end();
/** A failure in which the request arrives but its response is lost. */
const lost: Failure = async (request, response, body) => {
  await forward(request, body);
  response.destroy();
};

/** A proxy in front of the api that fails as configured, and then forwards requests. */
class Front {
  readonly requests: string[] = [];
  readonly #failures: Failure[];
  readonly #server = createServer(async (request, response) => {
    const body = await buffer(request);
    this.requests.push(`${request.method} ${request.url}`);
    const failure = this.#failures.shift();
    if (failure) return void failure(request, response, body);
    const answer = await forward(request, body);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });

  private constructor(failures: Failure[]) {
    this.#failures = failures;
  }

  static async start(...failures: Failure[]): Promise<Front> {
    const front = new Front(failures);
    await once(front.#server.listen(0, '127.0.0.1'), 'listening');
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get parley(): ParleyServer {
    return new ParleyServer({ url: this.url, apiKey });
  }

  fail(...failures: Failure[]): void {
    this.#failures.splice(0, Number.POSITIVE_INFINITY, ...failures);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function forward({ method = '', url, headers }: IncomingMessage, body: Buffer): Promise<Response> {
  const { authorization = '', 'content-type': type = 'application/json', 'idempotency-key': key } = headers;
  return await fetch(`${stack.apiUrl}${url}`, {
    method,
    headers: { authorization, 'content-type': type, ...(key && { 'idempotency-key': String(key) }) },
    ...(body.length > 0 && { body: new Uint8Array(body) }),
  });
}
