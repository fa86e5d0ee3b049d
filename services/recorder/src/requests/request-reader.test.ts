import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Lease } from '../lease/lease.ts';
import { RequestReader } from './request-reader.ts';

it('RequestReader reads further requests while an earlier request waits', async () => {
  const lease = new Lease(0, Number.POSITIVE_INFINITY);
  const names = ['slow', 'fast'];
  const handled: string[] = [];
  let finish = () => {};
  const reader = new RequestReader({
    source: {
      read: async () => {
        await turn();
        const external = names.shift();
        const entry = { lease, id: '1-0', text: JSON.stringify({ kind: 'external', external }) };
        return { entries: external ? [entry] : [], more: false };
      },
      close: async () => {},
    },
    leases: () => [lease],
    handle: async ([request]) => {
      if (request?.kind !== 'external') return;
      handled.push(request.external);
      if (request.external === 'slow') await new Promise<void>((resolve) => (finish = resolve));
    },
    trim: async () => {},
    onError: (error) => expect.fail(String(error)),
  });
  reader.start();
  await expect.poll(() => handled).toEqual(['slow', 'fast']);
  finish();
  await reader.stop();
});
