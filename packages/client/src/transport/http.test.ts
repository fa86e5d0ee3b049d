import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { expect, it, vi } from 'vitest';
import { httpTransport } from './http.ts';

it('the HTTP transport posts frames of one type in order; a mark that waits for its reply does not delay messages', async () => {
  const posted: string[] = [];
  const replies = new Map<string, () => void>();
  const fetcher = async (_: unknown, init?: RequestInit) => {
    const { ref = '' } = JSON.parse(String(init?.body)) as ClientFrame;
    posted.push(ref);
    await new Promise<void>((resolve) => replies.set(ref, resolve));
    return new Response(JSON.stringify({ type: 'ack', ref }));
  };
  const received: ServerFrame[] = [];
  const connection = httpTransport(fetcher as typeof fetch, () => new Promise(() => {}))(
    { gateway: 'http://127.0.0.1', token: 't', device: 'd', cursor: null },
    { ...{ welcome() {}, caughtUp() {}, alive() {}, closed() {} }, frame: (frame) => received.push(frame) },
  );
  const body = { type: 'text' as const, text: 'hello' };
  for (const ref of ['m1', 'm2']) connection.send({ type: 'mark', ref, chat: 2, read: 1 });
  for (const ref of ['s1', 's2']) connection.send({ type: 'send', ref, to: 2, body });
  await vi.waitFor(() => expect(posted).toEqual(['m1', 's1']));
  replies.get('s1')?.();
  await vi.waitFor(() => expect(posted).toEqual(['m1', 's1', 's2']));
  replies.get('m1')?.();
  await vi.waitFor(() => expect(posted).toEqual(['m1', 's1', 's2', 'm2']));
  expect(received.map((frame) => 'ref' in frame && frame.ref)).toEqual(['s1', 'm1']);
  connection.close();
});
