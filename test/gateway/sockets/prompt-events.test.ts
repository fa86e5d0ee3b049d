import { afterAll, beforeAll, expect, it } from 'vitest';
import { Kit } from '../kit.ts';
import { RawRequest } from './raw-request.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start(1);
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/**
 * Returns the data of complete chunks, up to the CRLF that completes each. Python's `requests`
 * passes on the same data.
 */
function wholeChunks(received: string): string[] {
  const bytes = Buffer.from(received, 'latin1');
  const chunks: string[] = [];
  let at = bytes.indexOf('\r\n\r\n') + 4;
  for (;;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return chunks;
    const size = Number.parseInt(bytes.toString('latin1', at, end), 16);
    const next = end + 2 + size + 2;
    if (bytes.length < next) return chunks;
    chunks.push(bytes.toString('utf8', end + 2, end + 2 + size));
    at = next;
  }
}

it('a client can read a server-sent event when its chunk has arrived, before the next event', async () => {
  const [a, b] = await kit.friends();
  const lines = ['GET /v1/events?cursor=latest HTTP/1.1', 'Host: x', `Authorization: Bearer ${kit.token(b)}`];
  using reader = new RawRequest(kit.gateway().http, `${lines.join('\r\n')}\r\n\r\n`);
  const whole = () => wholeChunks(reader.received).join('');
  await expect.poll(whole).toContain('"type":"welcome"');
  await using alice = await kit.connect(a);
  for (const text of ['first', 'second 长', 'third']) {
    await alice.text(b, text);
    // No further event follows that would complete the chunk.
    await expect.poll(whole).toContain(`"text":"${text}"`);
  }
});
