import type { ClientFrame, ServerFrame, Welcome } from '@parley/protocol';

export type TransportName = 'websocket' | 'sse' | 'poll';

/** Opens a connection. The listener is not called before this function has returned. */
export type OpenTransport = (target: TransportTarget, listener: TransportListener) => TransportConnection;

/** An open connection to a gateway, over any transport. */
export interface TransportConnection {
  /**
   * Sends a frame. Only a reply proves that the frame has arrived. Frames of the same type keep
   * their order.
   */
  send(frame: ClientFrame): void;
  /** Closes the connection. Afterwards, the listener is not called any more. */
  close(): void;
}

/**
 * Receives the events of one connection. `welcome` is the first event. `closed` is the last one and
 * is called once.
 */
export interface TransportListener {
  welcome(welcome: ConnectionWelcome): void;
  /** Called when every missed event has been received. */
  caughtUp(): void;
  frame(frame: Exclude<ServerFrame, Welcome>): void;
  /** Called when the server has sent anything, which proves that the connection is alive. */
  alive(): void;
  closed(reason: CloseReason): void;
}

/** What to connect to. */
export interface TransportTarget {
  /** Root URL of a gateway, without a trailing slash. */
  gateway: string;
  token: string;
  device: string;
  /**
   * Cursor of the last event. Null: the server resumes after the last event that the device has
   * acknowledged.
   */
  cursor: string | null;
}

/**
 * The welcome, which is the first frame of a connection. `cursor` is null if the transport does not
 * know it.
 */
export interface ConnectionWelcome extends Pick<Welcome, 'recovered' | 'heartbeat' | 'maxInFlight'> {
  cursor: string | null;
}

/**
 * The reason why a connection was closed, and what the client does next: after `lost` it
 * reconnects, after `expired` it requests a new token first, after `final` it does not reconnect.
 */
export interface CloseReason {
  next: 'lost' | 'expired' | 'final';
  /** WebSocket close code or HTTP status. 0 if neither is known. */
  code: number;
  reason: string;
}

/** Creates a function that passes the frames of one connection to the listener. */
export function readStream(listener: TransportListener): (frame: ServerFrame) => void {
  // Offset of the last event that the client has missed. NaN once that event was received.
  let lastMissed = Number.NaN;
  return (frame) => {
    listener.alive();
    if (frame.type === 'welcome') {
      lastMissed = offsetOf(frame.last ?? frame.cursor);
      listener.welcome(frame);
    } else listener.frame(frame);
    if ((frame.type !== 'welcome' && frame.type !== 'event') || !(offsetOf(frame.cursor) >= lastMissed)) return;
    lastMissed = Number.NaN;
    listener.caughtUp();
  };
}

/** Returns the offset of a cursor. */
function offsetOf(cursor: string): number {
  return Number(cursor.slice(cursor.indexOf('-') + 1));
}

/** Returns the URL of an endpoint of a gateway. */
export function endpointUrl(
  { gateway, device, cursor }: TransportTarget,
  path: string,
  more?: Record<string, string>,
): string {
  const query = new URLSearchParams({ device, ...(cursor === null ? {} : { cursor }), ...more });
  return `${gateway}/v1/${path}?${query}`;
}
