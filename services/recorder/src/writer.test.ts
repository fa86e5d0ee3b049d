import type { Entry } from '@parley/database';
import { NotCommitted } from '@parley/database';
import { describe, expect, it } from 'vitest';
import { Lease } from './lease/lease.ts';
import type { StreamEntry } from './source/source.ts';
import { message } from './testing/entries.ts';
import { Writer, type WriterDeps } from './writer.ts';

const invalid = Object.assign(new Error('invalid value'), { code: '22P02' });

describe('the writer', () => {
  it('the writer stores a batch in the database, announces that it is committed, and trims its entries from the record stream', async () => {
    const { writer, calls, lease } = createWriter();
    await writer.write([entry(lease, 1), entry(lease, 2)]);
    expect(calls).toEqual(['write 1,2', 'committed 1,2', 'trim 3 2-0']);
    expect(writer.healthy).toBe(true);
  });

  it('the writer retries while the database is unavailable, and reports the failures', async () => {
    let failures = 2;
    const { writer, calls, lease } = createWriter({
      writeBatch: async () => {
        if (failures-- > 0) throw new Error('connection refused');
      },
    });
    const done = writer.write([entry(lease, 1)]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(writer.healthy).toBe(false);
    await done;
    expect(writer.healthy).toBe(true);
    expect(calls).toEqual(['committed 1', 'trim 3 1-0']);
  });

  it('the writer writes a batch again if reporting it failed', async () => {
    let failures = 1;
    const { writer, calls, lease } = createWriter({
      committed: async () => {
        if (failures-- > 0) throw new Error('Redis is not reachable');
      },
    });
    await writer.write([entry(lease, 1)]);
    expect(calls).toEqual(['write 1', 'write 1', 'trim 3 1-0']);
  });

  it('the writer isolates the entry that the database rejects, and writes the other entries', async () => {
    const { writer, calls, lease } = createWriter({
      writeBatch: async (entries) => {
        if (entries.some((each) => 'id' in each && each.id === 3)) throw invalid;
      },
    });
    await writer.write([1, 2, 3, 4, 5].map((id) => entry(lease, id)));
    const written = calls.filter((call) => call.startsWith('committed')).flatMap((call) => call.slice(10).split(','));
    expect(written.sort()).toEqual(['1', '2', '4', '5']);
    expect(calls).toContain('bury 3-0 invalid value');
    expect(calls.at(-1)).toBe('trim 3 5-0');
  });

  it('the writer moves entries that it cannot parse to the dead entries', async () => {
    const { writer, calls, lease } = createWriter();
    await writer.write([{ lease, id: '1-0', text: '{' }, entry(lease, 2)]);
    expect(calls).toEqual(['bury 1-0 is not JSON', 'write 2', 'committed 2', 'trim 3 2-0']);
  });

  it('the writer leaves the entries of a lost lease to the next holder of the lease', async () => {
    const { writer, calls, lease } = createWriter({
      writeBatch: async () => {
        lease.end();
        throw new NotCommitted();
      },
    });
    await writer.write([entry(lease, 1)]);
    expect(calls).toEqual([]);
  });

  it('a stopped writer does not retry, and trims no entries that it has not written', async () => {
    const { writer, calls, lease } = createWriter({ writeBatch: () => Promise.reject(new Error('away')) });
    writer.stop();
    await writer.write([entry(lease, 1)]);
    await writer.trim();
    expect(calls).toEqual([]);
  });

  it('the writer handles requests that gateways of versions before 0.1 put into the record streams', async () => {
    const { writer, calls, lease } = createWriter();
    await writer.write([{ lease, id: '1-0', text: '{"kind":"rebuild","id":7}' }, entry(lease, 2)]);
    expect(calls).toEqual(['handle rebuild', 'write 2', 'committed 2', 'trim 3 2-0']);
  });
});

function entry(lease: Lease, id: number): StreamEntry {
  return { lease, id: `${id}-0`, text: JSON.stringify(message(id, 1, 2)) };
}

function idsOf(entries: readonly Entry[]): string {
  return entries.map((each) => ('id' in each ? each.id : 0)).join(',');
}

function createWriter(more: Partial<WriterDeps> = {}) {
  const lease = new Lease(3, Number.POSITIVE_INFINITY);
  const calls: string[] = [];
  const writer = new Writer({
    writeBatch: async (entries) => void calls.push(`write ${idsOf(entries)}`),
    confirm: async (items) => items,
    committed: async (items) => void calls.push(`committed ${idsOf(items.map((item) => item.entry))}`),
    trim: async (bucket, id) => calls.push(`trim ${bucket} ${id}`),
    bury: async ({ id }, reason) => calls.push(`bury ${id} ${reason}`),
    handle: async (requests) => void calls.push(`handle ${requests.map(({ kind }) => kind)}`),
    failed: () => {},
    log: { warn: () => {}, error: () => {} },
    ...more,
  });
  return { writer, calls, lease };
}
