import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../kit.ts';
import { RawRequest } from './raw-request.ts';

let kit: Kit;
let http: string;
beforeAll(async () => {
  kit = await Kit.start(1, { requestTime: 1000, maxUnfinishedPerUser: 2, maxUnfinishedPerAddress: 5 });
  http = kit.gateway().http;
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/** Returns a posted frame without its end. */
const halfSent = (token: string) =>
  new RawRequest(
    http,
    `POST /v1/frames HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 15\r\n\r\n{"type":"ping"`,
  );

describe('incomplete request bodies', () => {
  it('a request whose body stays incomplete gets 408 after REQUEST_TIME, and the gateway closes its connection', async () => {
    using request = halfSent(kit.token(kit.newId()));
    expect((await request.until(/^HTTP\/1\.1 (\d+)/))[1]).toBe('408');
    await request.until(/"code":"too-slow"/);
    await request.closed;
  });

  it('the gateway rejects a request without a valid token at once, even if its body is incomplete', async () => {
    using request = halfSent('garbage');
    expect((await request.until(/^HTTP\/1\.1 (\d+)/))[1]).toBe('401');
  });

  it('incomplete requests count towards the limit of their user until they end', async () => {
    const token = kit.token(kit.newId());
    using one = halfSent(token);
    using two = halfSent(token);
    using three = halfSent(token);
    const status = async (request: RawRequest) => (await request.until(/^HTTP\/1\.1 (\d+)/))[1];
    const statuses = await Promise.all([one, two, three].map(status));
    expect(statuses.toSorted()).toEqual(['408', '408', '429']);
    using late = halfSent(token);
    late.socket.write('}');
    expect(await status(late)).toBe('200');
  });

  it('incomplete requests count towards the limit of their address, even if they are of different users', async () => {
    const requests = Array.from({ length: 7 }, () => halfSent(kit.token(kit.newId())));
    const statuses = await Promise.all(requests.map(async (each) => (await each.until(/^HTTP\/1\.1 (\d+)/))[1]));
    expect(statuses.toSorted()).toEqual([...Array(5).fill('408'), ...Array(2).fill('429')]);
    for (const request of requests) request[Symbol.dispose]();
  });
});

it('the gateway closes a connection whose request headers stay incomplete', async () => {
  using request = new RawRequest(http, 'GET /v1/poll HTTP/1.1\r\nHost: x\r\n');
  const dripping = setInterval(() => request.socket.write('a: b\r\n'), 500);
  await request.closed;
  clearInterval(dripping);
});
