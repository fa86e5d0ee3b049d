import { expect, it } from 'vitest';
import { LocalUser } from '../users/local-user.ts';
import { type FrameSender, RequestSender } from './frame-sender.ts';
import { StreamAppends } from './stream-appends.ts';

const of = { chat: 2, id: 1 };

/** Creates a `StreamAppends` whose writes finish when the test resolves them. */
function setUp() {
  const user = new LocalUser(1);
  const request = () => new RequestSender(user, { connection: 'r', session: 's', device: 'd' });
  const connected = { ...request(), user, connection: {} } as FrameSender;
  const writes: { text: string; finish(): void }[] = [];
  const appends = new StreamAppends({
    window: 1e6,
    write: (_, { texts }) => new Promise((resolve) => writes.push({ text: texts.join(''), finish: resolve })),
    failed: (_sender, _batch, error) => expect.fail(`${error}`),
  });
  const append = (index: number, text: string, sender = connected) =>
    appends.append(sender, { type: 'stream', op: 'append', ...of, index, text });
  return { user, request, appends, append, writes };
}

/** Runs the callbacks of settled promises. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

it.each([
  ['a connection', false],
  ['a request', true],
])(
  'concurrent flushes of a streamed message resolve when the last chunk, sent by %s, is written',
  async (_, posted) => {
    const { user, request, appends, append, writes } = setUp();
    append(1, 'first');
    writes[0]?.finish();
    await settle();
    append(2, 'last', posted ? request() : undefined);
    const flushed: number[] = [];
    for (const flush of [1, 2]) appends.flush(user, of).then(() => flushed.push(flush));
    await settle();
    expect([writes.map(({ text }) => text), flushed]).toEqual([['first', 'last'], []]);
    writes[1]?.finish();
    await settle();
    expect(flushed).toHaveLength(2);
    await appends.close();
  },
);
