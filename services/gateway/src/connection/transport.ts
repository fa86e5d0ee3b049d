/**
 * Sends the frames of a connection to its client, in order. Frames of one turn of the event loop
 * are sent together.
 */
export interface Transport {
  /**
   * Ms for which the user still counts as connected after the connection has ended. A polling
   * client polls again within that time.
   */
  readonly linger: number;
  /** Queues a frame until `flush` or the end of this turn of the event loop. */
  send(frame: string | Uint8Array): void;
  /** Writes the queued frames. Bytes that the network does not accept yet count as unsent. */
  flush(): void;
  /** Bytes that the network had not accepted after the last flush. */
  unsent(): number;
  /**
   * Pings the client. The transport calls `alive` of its connection when the reply arrives.
   */
  ping(): void;
  /** Sends the queued frames, then closes. */
  close(code: number, reason: string): void;
  /** Closes at once. */
  terminate(): void;
}
