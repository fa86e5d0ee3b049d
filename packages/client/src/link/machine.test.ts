import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type LinkState, linkEvents, next, table } from './machine.ts';

const states = Object.keys(table) as LinkState[];
const pairs = states.flatMap((state) => linkEvents.map((event) => ({ state, event })));
const connected: LinkState[] = ['opening', 'catchingUp', 'online'];

/** What is held after an action: the invariants speak of these two. */
const effects = {
  open: { wire: true },
  drop: { wire: false },
  wait: { timer: true },
  unwait: { timer: false },
  authorize: {},
  probe: {},
};

describe('the connection', () => {
  it('does what the table of the README says', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const rows = (readme.split('<!-- table -->\n\n')[1]?.split('\n\n')[0] ?? '').split('\n');
    const cells = (row = '') =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
    expect(cells(rows[0])).toEqual(['', ...linkEvents]);
    const read = rows.slice(2).map((row) => {
      const [state = '', ...steps] = cells(row);
      return [state.replaceAll('*', ''), ...steps];
    });
    const written = states.map((state) => [
      state,
      ...linkEvents.map((event) => {
        const [to, ...actions] = next(state, event) ?? [''];
        return actions.length > 0 ? `${to}: ${actions.join(', ')}` : to;
      }),
    ]);
    expect(read).toEqual(written);
  });

  describe.each(pairs)('$state, $event', ({ state, event }) => {
    const [to, ...actions] = next(state, event) ?? [state];
    const held = { wire: connected.includes(state), timer: state === 'waiting' && event !== 'timer' };
    for (const action of actions) Object.assign(held, effects[action]);

    it('1: there is a connection in opening, catchingUp and online alone', () => {
      expect(held.wire).toBe(connected.includes(to));
      if (actions.includes('open')) expect(connected).not.toContain(state);
    });

    it('2: there is a timer in waiting alone', () => {
      expect(held.timer).toBe(to === 'waiting' && (event !== 'timer' || actions.includes('wait')));
    });

    it('3: leads to online by what a healthy server causes', () => {
      const healthy = { authorizing: 'token', opening: 'welcome', catchingUp: 'caughtUp', waiting: 'timer' } as const;
      const seen: LinkState[] = [];
      let at = to;
      while (at in healthy) {
        expect(seen).not.toContain(at);
        seen.push(at);
        at = next(at, healthy[at as keyof typeof healthy])?.[0] as LinkState;
      }
      expect(['online', 'off', 'ended']).toContain(at);
      if (to !== 'off' && to !== 'ended') expect(at).toBe('online');
    });

    it('4: stop leads to off, final and denied to ended or nowhere', () => {
      if (event === 'stop') expect(to).toBe('off');
      if (event === 'final' || event === 'denied') expect([state, 'ended']).toContain(to);
    });

    it('5: only caughtUp makes it online', () => {
      if (to === 'online' && state !== 'online') expect([state, event]).toEqual(['catchingUp', 'caughtUp']);
    });
  });
});
