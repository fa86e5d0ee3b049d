/**
 * What the connection does next. The table is that of the README, cell by cell; a pair that is not in it is ignored.
 *
 * @returns undefined when the event means nothing in this state
 */
export function next(state: LinkState, event: LinkEvent): Step | undefined {
  return table[state][event]?.split(/\W+/) as Step | undefined;
}

const drop: Row = {
  stop: 'off: drop',
  lost: 'waiting: drop, wait',
  expired: 'authorizing: drop, authorize',
  final: 'ended: drop',
};

export const table: Record<LinkState, Row> = {
  off: { start: 'authorizing: authorize' },
  authorizing: { stop: 'off', token: 'opening: open', noToken: 'waiting: wait', denied: 'ended' },
  opening: { ...drop, welcome: 'catchingUp' },
  catchingUp: { ...drop, welcome: 'catchingUp', caughtUp: 'online', wake: 'catchingUp: probe' },
  online: { ...drop, welcome: 'catchingUp', wake: 'online: probe' },
  waiting: {
    start: 'authorizing: unwait, authorize',
    stop: 'off: unwait',
    timer: 'authorizing: authorize',
    wake: 'authorizing: unwait, authorize',
  },
  ended: { start: 'authorizing: authorize', stop: 'off' },
};

export const linkEvents = [
  'start',
  'stop',
  'token',
  'noToken',
  'denied',
  'welcome',
  'caughtUp',
  'lost',
  'expired',
  'final',
  'timer',
  'wake',
] as const;

type Row = Partial<Record<LinkEvent, Cell>>;

/** A cell as the README writes it: the next state, and what is done. */
type Cell = LinkState | `${LinkState}: ${LinkAction}` | `${LinkState}: ${LinkAction}, ${LinkAction}`;

/** The next state, and what is done on the way, in order. */
export type Step = readonly [LinkState, ...LinkAction[]];

/** Where the connection is; `online` is when messages pass both ways and nothing missed is outstanding. */
export type LinkState = 'off' | 'authorizing' | 'opening' | 'catchingUp' | 'online' | 'waiting' | 'ended';
export type LinkEvent = (typeof linkEvents)[number];
export type LinkAction = 'authorize' | 'open' | 'drop' | 'wait' | 'unwait' | 'probe';
