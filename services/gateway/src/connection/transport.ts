/**
 * Sends the frames of a connection to its client, in order. Sends all frames of one turn of the
 * event loop together.
 */
export interface Transport {
  /**
   * Ms for which the user still counts as connected after this transport has closed. More than 0
   * only for long polling, because the client polls again within that time.
   */
  readonly linger: number;
  /** Queues a frame. The queue is sent by `flush`, or at the end of this turn of the event loop. */
  send(frame: string | Uint8Array): void;
  /** Sends the queued frames. Bytes that the network does not accept yet count as unsent. */
  flush(): void;
  /** Number of bytes that the network had not accepted after the last flush. */
  unsent(): number;
  /** Pings the client. When the client replies, the transport calls `alive` of its connection. */
  ping(): void;
  /** Sends the queued frames, then closes. */
  close(code: number, reason: string): void;
  /** Closes at once. */
  terminate(): void;
}
