import type { ClientFrame, ServerFrame, Welcome } from '@parley/protocol';

export type TransportName = 'websocket' | 'sse' | 'poll';

/** Opens a connection. Calls the listener only after this function has returned. */
export type OpenTransport = (target: TransportTarget, listener: TransportListener) => TransportConnection;

/** An open connection to a gateway, by any transport. */
export interface TransportConnection {
  /** Sends a frame. Only the reply proves that it arrived. Frames of one type keep their order. */
  send(frame: ClientFrame): void;
  /** Closes the connection. The listener is not called any more. */
  close(): void;
}

/** Receives the events of one connection: `welcome` first, `closed` last and once. */
export interface TransportListener {
  welcome(welcome: ConnectionWelcome): void;
  /** Called when every missed event was received. */
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
  /** Cursor of the last event. Null: resumes where the device last acknowledged. */
  cursor: string | null;
}

/** The first frame of a connection. `cursor` is null if the transport cannot know it. */
export interface ConnectionWelcome extends Pick<Welcome, 'recovered' | 'heartbeat' | 'maxInFlight'> {
  cursor: string | null;
}

/**
 * Why a connection closed, and what the client does: after `lost` it reconnects, after `expired` it
 * first gets a new token, after `final` it ends.
 */
export interface CloseReason {
  next: 'lost' | 'expired' | 'final';
  /** Close code or HTTP status. 0 if there is neither. */
  code: number;
  reason: string;
}

/** Creates a function that passes the frames of one stream to the listener. */
export function readStream(listener: TransportListener): (frame: ServerFrame) => void {
  // Offset of the last missed event. NaN once that event was received.
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

/** Returns the URL of a gateway's endpoint. */
export function endpointUrl(
  { gateway, device, cursor }: TransportTarget,
  path: string,
  more?: Record<string, string>,
): string {
  const query = new URLSearchParams({ device, ...(cursor === null ? {} : { cursor }), ...more });
  return `${gateway}/v1/${path}?${query}`;
}
