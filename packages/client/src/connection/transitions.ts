/**
 * Returns the next state of the connection and the actions of the transition. Undefined if the
 * event has no effect in this state. A test checks that the README contains the same table.
 */
export function next(state: ConnectionState, event: ConnectionEvent): Step | undefined {
  return table[state][event]?.split(/\W+/) as Step | undefined;
}

const drop: Row = {
  stop: 'off: drop',
  lost: 'waiting: drop, wait',
  expired: 'authorizing: drop, authorize',
  final: 'ended: drop',
};

export const table: Record<ConnectionState, Row> = {
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

export const connectionEvents = [
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

type Row = Partial<Record<ConnectionEvent, Cell>>;

/** A cell of the table: the next state, and up to two actions. */
type Cell =
  | ConnectionState
  | `${ConnectionState}: ${ConnectionAction}`
  | `${ConnectionState}: ${ConnectionAction}, ${ConnectionAction}`;

/** The next state, followed by the actions in order. */
export type Step = readonly [ConnectionState, ...ConnectionAction[]];

/**
 * State of the connection. In `online`, the client has received every missed event, and both sides
 * send frames.
 */
export type ConnectionState = 'off' | 'authorizing' | 'opening' | 'catchingUp' | 'online' | 'waiting' | 'ended';
export type ConnectionEvent = (typeof connectionEvents)[number];
export type ConnectionAction = 'authorize' | 'open' | 'drop' | 'wait' | 'unwait' | 'probe';
