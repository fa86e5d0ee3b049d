import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ConnectionState, connectionEvents, next, table } from './transitions.ts';

const states = Object.keys(table) as ConnectionState[];
const pairs = states.flatMap((state) => connectionEvents.map((event) => ({ state, event })));
const connected: ConnectionState[] = ['opening', 'catchingUp', 'online'];

/** Resources that each action opens (true) or closes (false). */
const effects = {
  open: { connection: true },
  drop: { connection: false },
  wait: { timer: true },
  unwait: { timer: false },
  authorize: {},
  probe: {},
};

describe('the connection table', () => {
  it('the connection table in the code equals the table in the README', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const rows = (readme.split('<!-- table -->\n\n')[1]?.split('\n\n')[0] ?? '').split('\n');
    const cells = (row = '') =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
    expect(cells(rows[0])).toEqual(['', ...connectionEvents]);
    const read = rows.slice(2).map((row) => {
      const [state = '', ...steps] = cells(row);
      return [state.replaceAll('*', ''), ...steps];
    });
    const written = states.map((state) => [
      state,
      ...connectionEvents.map((event) => {
        const [to, ...actions] = next(state, event) ?? [''];
        return actions.length > 0 ? `${to}: ${actions.join(', ')}` : to;
      }),
    ]);
    expect(read).toEqual(written);
  });

  describe.each(pairs)('$state, $event', ({ state, event }) => {
    const [to, ...actions] = next(state, event) ?? [state];
    const held = { connection: connected.includes(state), timer: state === 'waiting' && event !== 'timer' };
    for (const action of actions) Object.assign(held, effects[action]);

    it('rule 1 of the connection table: a connection exists only in the states opening, catchingUp and online', () => {
      expect(held.connection).toBe(connected.includes(to));
      if (actions.includes('open')) expect(connected).not.toContain(state);
    });

    it('rule 2 of the connection table: the retry timer runs only in the state waiting', () => {
      expect(held.timer).toBe(to === 'waiting' && (event !== 'timer' || actions.includes('wait')));
    });

    it('rule 3 of the connection table: the events of a healthy server lead from every state to online', () => {
      const healthy = { authorizing: 'token', opening: 'welcome', catchingUp: 'caughtUp', waiting: 'timer' } as const;
      const seen: ConnectionState[] = [];
      let at = to;
      while (at in healthy) {
        expect(seen).not.toContain(at);
        seen.push(at);
        at = next(at, healthy[at as keyof typeof healthy])?.[0] as ConnectionState;
      }
      expect(['online', 'off', 'ended']).toContain(at);
      if (to !== 'off' && to !== 'ended') expect(at).toBe('online');
    });

    it('rule 4 of the connection table: stop leads to off; final and denied lead to ended or have no effect', () => {
      if (event === 'stop') expect(to).toBe('off');
      if (event === 'final' || event === 'denied') expect([state, 'ended']).toContain(to);
    });

    it('rule 5 of the connection table: only the event caughtUp leads to online', () => {
      if (to === 'online' && state !== 'online') expect([state, event]).toEqual(['catchingUp', 'caughtUp']);
    });
  });
});
