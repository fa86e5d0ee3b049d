/**
 * How the frames of a connection reach its client. Frames leave in the order in which they are
 * sent. Those of one turn of the event loop leave together.
 */
export interface Transport {
  /**
   * Ms for which the user counts as connected after the end. A client that polls comes back within
   * it.
   */
  readonly linger: number;
  /** Queues a frame until `flush` or the end of this turn of the event loop. */
  send(frame: string | Uint8Array): void;
  /** Writes what is queued. What the network does not accept yet counts as unsent. */
  flush(): void;
  /** Bytes that the network had not accepted after the last flush. */
  unsent(): number;
  /**
   * Pings the client. The transport calls `alive` of its connection when the reply arrives.
   */
  ping(): void;
  /** Sends what is queued, then closes. */
  close(code: number, reason: string): void;
  /** Closes at once. */
  terminate(): void;
}
