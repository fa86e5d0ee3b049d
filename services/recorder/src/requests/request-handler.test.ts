import { describe, expect, it } from 'vitest';
import type { FactsRequest, Request } from './request.ts';
import { RequestHandler, type RequestHandlerDeps } from './request-handler.ts';

const facts: FactsRequest = { kind: 'facts', conversation: '1_2', user: 1, chat: 2, group: false, id: 7 };

describe('the request handler', () => {
  it('RequestHandler handles several equal requests as one', async () => {
    const { handler, calls } = createHandler({});
    const rebuild: Request = { kind: 'rebuild', id: 5 };
    const refs: Request = { kind: 'refs', conversation: '1_2', user: 1, chat: 2, group: false };
    await handler.handle([rebuild, { ...rebuild }, { kind: 'external', external: 'ann' }, refs]);
    expect(calls).toEqual(['rebuild 5', 'external ann', 'refs 1 2']);
  });

  it('RequestHandler reports a message as missing only after earlier records are written', async () => {
    const answers = [true, true, false];
    const { handler, calls } = createHandler({ followRecords: async () => async () => answers.shift() ?? false });
    await handler.handle([facts]);
    expect(answers).toEqual([]);
    expect(calls).toEqual(['hurry', 'facts 7 null']);
  });

  it('RequestHandler responds at once about a recorded message, although other records wait', async () => {
    const { handler, calls } = createHandler({
      followRecords: async () => async () => true,
      readFacts: async () => ({ from: 1, recalled: false }),
    });
    await handler.handle([facts]);
    expect(calls).toEqual(['hurry', 'facts 7 1']);
  });

  it('RequestHandler makes the recorder write waiting records at once when an api requests it', async () => {
    const { handler, calls } = createHandler({});
    await handler.handle([{ kind: 'records' }, { kind: 'records' }]);
    expect(calls).toEqual(['hurry']);
  });

  it('RequestHandler copies pins only after the records that were accepted before the request are written', async () => {
    let left = 2;
    const checks: number[] = [];
    const followRecords = async () => async () => checks.push(left) > 0 && left-- > 0;
    const { handler, calls } = createHandler({ followRecords });
    await handler.handle([{ kind: 'pins', conversation: '7_8', user: 7, chat: 8, group: false }]);
    expect([checks, calls]).toEqual([
      [2, 1, 0],
      ['hurry', 'pins 7 8'],
    ]);
  });

  it('if one request fails, RequestHandler handles the others and reports the failure', async () => {
    const failure = new Error('PostgreSQL is not reachable');
    const { handler, calls } = createHandler({ rebuildPermits: () => Promise.reject(failure) });
    await handler.handle([
      { kind: 'rebuild', id: 5 },
      { kind: 'external', external: 'ann' },
    ]);
    expect(calls).toEqual(['external ann', failure]);
  });
});

function createHandler(more: Partial<RequestHandlerDeps>) {
  const calls: unknown[] = [];
  const handler = new RequestHandler({
    rebuildPermits: async (id) => calls.push(`rebuild ${id}`),
    copyExternal: async (external) => calls.push(`external ${external}`),
    copyPins: async ({ user, chat }) => calls.push(`pins ${user} ${chat}`),
    copyRefs: async ({ user, chat }) => calls.push(`refs ${user} ${chat}`),
    readFacts: async () => ({ from: null, recalled: false }),
    copyFacts: async (request, { from }) => {
      calls.push(`facts ${request.id} ${from}`);
    },
    followRecords: async () => async () => false,
    hurry: () => calls.push('hurry'),
    onError: (error) => calls.push(error),
    ...more,
  });
  return { handler, calls };
}
