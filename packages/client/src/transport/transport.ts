import type { ClientFrame, ServerFrame, Welcome } from '@parley/protocol';

/** Opens a wire. What happens to it is told to `listener`, never before this returns. */
export type OpenWire = (target: Target, listener: WireListener) => Wire;

/** A connection to a gateway, whatever carries it. */
export interface Wire {
  /** Hands a frame over; whether it arrives, only its reply tells. Frames of a type leave in this order. */
  send(frame: ClientFrame): void;
  /** Closes it; nothing more is told. */
  close(): void;
}

/** Hears of one wire: `welcome` first, `closed` last and once. */
export interface WireListener {
  welcome(welcome: WireWelcome): void;
  /** All that had been missed has been told. */
  caughtUp(): void;
  frame(frame: Exclude<ServerFrame, Welcome>): void;
  /** The other end lives. */
  alive(): void;
  closed(reason: Closed): void;
}

/** Where a wire leads. */
export interface Target {
  /** Root url of a gateway, without a slash at the end. */
  gateway: string;
  token: string;
  device: string;
  /** What came last; null for what the device has not seen. */
  cursor: string | null;
}

/** What a wire begins with; `cursor` is null where it is not said. */
export interface WireWelcome extends Pick<Welcome, 'recovered' | 'heartbeat' | 'maxInFlight'> {
  cursor: string | null;
}

/** Why a wire closed: what to do next, the close code or HTTP status (0 for none), and the reason in words. */
export interface Closed {
  next: 'lost' | 'expired' | 'final';
  code: number;
  reason: string;
}

/** Tells the listener what the frames of a stream mean; made for one stream. */
export function readStream(listener: WireListener): (frame: ServerFrame) => void {
  // Offset of the last event that was missed, until that has come.
  let missed = Number.NaN;
  return (frame) => {
    listener.alive();
    if (frame.type === 'welcome') {
      missed = offsetOf(frame.last ?? frame.cursor);
      listener.welcome(frame);
    } else listener.frame(frame);
    if ((frame.type !== 'welcome' && frame.type !== 'event') || !(offsetOf(frame.cursor) >= missed)) return;
    missed = Number.NaN;
    listener.caughtUp();
  };
}

/** The offset of a cursor. */
export function offsetOf(cursor: string): number {
  return Number(cursor.slice(cursor.indexOf('-') + 1));
}

/** The url of a gateway's endpoint. */
export function urlOf({ gateway, device, cursor }: Target, path: string, more?: Record<string, string>): string {
  const query = new URLSearchParams({ device, ...(cursor === null ? {} : { cursor }), ...more });
  return `${gateway}/v1/${path}?${query}`;
}
