import { gzipSync } from 'node:zlib';
import { limits, type PresenceFrame } from '@parley/protocol';
import { revokeSession } from '@parley/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../kit.ts';
import type { Target } from './line.ts';
import { type Posted, postFrame } from './post-frame.ts';
import { StreamLine } from './stream-line.ts';

const origin = 'https://chat.example';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(2, { origins: [origin] });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/** Posts a frame as a user. Default: to the first gateway. */
const post = (
  user: number,
  frame: object | string | Uint8Array,
  { gateway = 0, ...target }: Partial<Target> & { gateway?: number } = {},
) => postFrame({ http: kit.gateway(gateway).http, token: kit.token(user), query: {}, headers: {}, ...target }, frame);

const text = (to: number, ref: string) => ({ type: 'send', ref, to, body: { type: 'text', text: ref } });

/** Returns the status and body of a response. */
const said = ({ status, body }: Posted) => [status, body];

describe('POST /v1/frames', () => {
  it('POST /v1/frames rejects a compressed frame and a frame that is not UTF-8, and states the reason', async () => {
    const [a] = await kit.friends();
    const headers = { 'content-encoding': 'gzip' };
    expect(said(await post(a, gzipSync('{"type":"ping"}'), { headers }))).toMatchObject([
      400,
      { code: 'bad-request', detail: expect.stringContaining('Content-Encoding') },
    ]);
    expect((await post(a, { type: 'ping' }, { headers: { 'content-encoding': 'identity' } })).status).toBe(200);
    const latin1 = Buffer.from(JSON.stringify(text(a, 'caf\u00e9')), 'latin1');
    expect(said(await post(a, latin1))).toMatchObject([400, { code: 'bad-frame', message: 'Not UTF-8' }]);
  });

  it('POST /v1/frames handles a frame of each type and returns its reply', async () => {
    const [a, b] = await kit.friends();
    await using bob = await kit.connect(b, 1);
    const sent = await post(a, text(b, 'one'));
    expect(said(sent)).toMatchObject([200, { type: 'ack', ref: 'one', online: true, duplicate: false }]);
    const { id } = sent.body as { id: number };
    expect(said(await post(a, text(b, 'one')))).toMatchObject([200, { id, duplicate: true }]);
    for (const frame of [
      { type: 'edit', chat: b, id, body: { type: 'text', text: 'two' } },
      { type: 'react', chat: b, id, emoji: '👍', active: true },
      { type: 'mark', chat: b, read: id },
      { type: 'recall', chat: b, id },
    ])
      expect(said(await post(a, { ...frame, ref: frame.type }))).toEqual([200, { type: 'ack', ref: frame.type }]);
    expect(said(await post(a, { type: 'ping', ref: 'p' }))).toEqual([200, { type: 'pong', ref: 'p' }]);
    await bob.untilEvents(5);
    expect(bob.events.map(({ event }) => event.kind)).toEqual(['message', 'edit', 'react', 'mark', 'recall']);
  });

  it('POST /v1/frames returns 204 without a body for a frame that has no reply', async () => {
    const [a, b] = await kit.friends();
    await using bob = await kit.connect(b, 1);
    const { id } = (await post(a, text(b, 'one'))).body as { id: number };
    const [mine] = await kit.inbox(a);
    for (const frame of [
      { type: 'mark', chat: b, read: id },
      { type: 'received', cursor: mine?.cursor },
      { type: 'typing', chat: b, active: true },
      { type: 'focus', chat: b },
      { type: 'focus', chat: null },
      { type: 'watch', users: [b] },
    ]) {
      const answer = await post(a, frame);
      expect(said(answer)).toEqual([204, undefined]);
      expect(answer.headers.get('content-length')).toBeNull();
    }
    await bob.frame((frame) => frame.type === 'typing');
  });

  it('POST /v1/frames responds to a refused frame with an error frame and the HTTP status of its code', async () => {
    const [a, b] = await kit.friends();
    const [stranger, blocker, nobody] = [kit.newId(), kit.newId(), kit.newId()];
    await kit.permit(stranger, []);
    await kit.permit(blocker, [a], [a]);
    await kit.nobody(nobody);
    const group = await kit.group([b]);
    for (const [frame, status, code] of [
      [text(stranger, 'r'), 403, 'not-friends'],
      [text(blocker, 'r'), 403, 'blocked'],
      [text(group, 'r'), 403, 'not-member'],
      [text(nobody, 'r'), 404, 'not-found'],
      [{ ...text(b, 'r'), to: 'bob' }, 400, 'bad-frame'],
      [{ type: 'nothing', ref: 'r' }, 400, 'bad-frame'],
      [{ type: 'auth', ref: 'r', token: 'garbage' }, 401, 'unauthenticated'],
      [{ type: 'auth', ref: 'r', token: kit.token(b) }, 403, 'forbidden'],
    ] as const)
      expect(said(await post(a, frame))).toMatchObject([status, { type: 'error', ref: 'r', code, retry: false }]);
  });

  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['half of it', '{"type":"ping"'],
    ['no object', '[]'],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00])],
  ])('POST /v1/frames refuses an invalid body (%s) with 400', async (_title, frame) => {
    expect(said(await post(kit.newId(), frame))).toMatchObject([400, { type: 'error', code: 'bad-frame' }]);
  });

  it('POST /v1/frames accepts a frame of up to 64 KiB and refuses a larger one with 413', async () => {
    const frame = JSON.stringify({ type: 'ping', ref: 'p' });
    const of = (bytes: number) => frame.padEnd(bytes, ' ');
    expect((await post(kit.newId(), of(limits.frameBytes))).status).toBe(200);
    for (const bytes of [limits.frameBytes + 1, 4 * 1024 * 1024])
      expect(said(await post(kit.newId(), of(bytes)))).toMatchObject([413, { code: 'too-large' }]);
  });

  it("POST /v1/frames rejects frames beyond the user's rate across all gateways with 429 and Retry-After", async () => {
    const slow = { frameRate: 1, frameBurst: 3 };
    const [one, two] = [await kit.addGateway(slow), await kit.addGateway(slow)];
    const a = kit.newId();
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => post(a, { type: 'ping', ref: 'p' }, { http: (i % 2 ? one : two).http })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(3);
    for (const { body, headers } of refused) {
      expect(body).toMatchObject({ type: 'error', ref: 'p', code: 'too-many', retry: true });
      const { retryAfter } = body as { retryAfter: number };
      expect(Number(headers.get('retry-after'))).toBe(Math.ceil(retryAfter / 1000));
    }
  });

  it('POST /v1/frames refuses a frame without a valid token and a frame of an ended session with 401', async () => {
    const [a, b] = await kit.friends();
    for (const token of ['', 'garbage', kit.token(a, { lifetime: -60 })]) {
      const answer = await post(a, text(b, 'no'), { token });
      expect(said(answer)).toMatchObject([401, { code: 'unauthenticated' }]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    await revokeSession(kit.link, a, 'ended', Date.now() + 600_000);
    const ended = await post(a, text(b, 'no'), { token: kit.token(a, { session: 'ended' }) });
    expect(said(ended)).toMatchObject([401, { code: 'unauthenticated' }]);
    expect(await kit.inbox(b)).toEqual([]);
  });

  it('a draining gateway refuses a posted frame with 503, while another gateway accepts it', async () => {
    const [a, b] = await kit.friends();
    const { gateway, http } = await kit.addGateway();
    await gateway.drain();
    const answer = await post(a, text(b, 'one'), { http });
    expect(said(answer)).toMatchObject([503, { code: 'draining' }]);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await post(a, text(b, 'one'))).status).toBe(200);
  });
});

describe('posted frames for a connection at another gateway', () => {
  const device = (name: string) => ({ query: { device: name } });
  const stream = async (user: number, name: string, token = kit.token(user)) => {
    const line = new StreamLine({ http: kit.gateway(0).http, token, headers: {}, ...device(name) });
    await line.untilOpened();
    return line;
  };

  it('a watch frame that is sent with POST applies to the event stream of the same device', async () => {
    const [a, b] = await kit.friends();
    await using phone = await stream(a, 'phone');
    await using tablet = await stream(a, 'tablet');
    await post(a, { type: 'watch', users: [b] }, { gateway: 1, ...device('phone') });
    const seen = () => phone.frames.filter((frame): frame is PresenceFrame => frame.type === 'presence');
    await phone.until(() => seen().length === 1, 'presence');
    await using bob = await kit.connect(b, 1);
    await phone.until(() => seen().length === 2, 'a change of it');
    expect(seen().map(({ user, online }) => [user, online])).toEqual([
      [b, false],
      [b, true],
    ]);
    expect(tablet.frames).toEqual([]);
    expect(bob.closed).toBeUndefined();
  });

  it('an auth frame that is sent with POST extends the event stream of the same device', async () => {
    const a = kit.newId();
    const short = kit.token(a, { lifetime: 2 });
    await using stays = await stream(a, 'stays', short);
    await using ends = await stream(a, 'ends', short);
    const fresh = { type: 'auth', ref: 'a', token: kit.token(a) };
    expect(said(await post(a, fresh, { gateway: 1, token: short, ...device('stays') }))).toEqual([
      200,
      { type: 'ack', ref: 'a' },
    ]);
    expect(await ends.untilEnded()).toEqual({ code: 4001 });
    expect(stays.ended).toBeUndefined();
  });
});

describe('web pages of other origins', () => {
  const ask = (asking: string) =>
    fetch(`${kit.gateway().http}/v1/frames`, {
      method: 'OPTIONS',
      headers: {
        origin: asking,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('a page of an allowed origin can send frames and read all responses, including errors', async () => {
    const { status, headers } = await ask(origin);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-methods')?.split(', ')).toContain('POST');
    for (const name of ['authorization', 'content-type', 'last-event-id'])
      expect(headers.get('access-control-allow-headers')?.split(', ')).toContain(name);
    const a = kit.newId();
    for (const frame of [{ type: 'ping', ref: 'p' }, { type: 'focus', chat: null }, 'hello']) {
      const answer = await post(a, frame, { headers: { origin } });
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('access-control-expose-headers')).toBe('retry-after');
      expect(answer.headers.get('vary')).toBe('origin');
    }
  });

  it('a page of a forbidden origin can neither send frames nor read responses', async () => {
    const evil = 'https://evil.example';
    expect((await ask(evil)).headers.get('access-control-allow-origin')).toBeNull();
    const [a, b] = await kit.friends();
    const answer = await post(a, text(b, 'no'), { headers: { origin: evil } });
    expect(said(answer)).toMatchObject([403, { code: 'forbidden' }]);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(await kit.inbox(b)).toEqual([]);
  });
});
