/**
 * How a connection's frames get to its client. Frames go out in the order they were given; those of one turn of the event loop
 * leave together.
 */
export interface Transport {
  /** Ms after the end for which the user still counts as connected: a client that polls comes back within it. */
  readonly linger: number;
  /** Takes a frame; it is not gone before `flush` or the end of this turn. */
  send(frame: string | Uint8Array): void;
  /** Writes what was given; what the network does not take yet counts as unsent. */
  flush(): void;
  /** Bytes that the client has not taken yet, after the last flush. */
  unsent(): number;
  /** Asks the client for a sign of life; `heard` of its connection tells when one came. */
  ping(): void;
  /** Closes after what was given has been sent. */
  close(code: number, reason: string): void;
  /** Closes at once. */
  terminate(): void;
}
