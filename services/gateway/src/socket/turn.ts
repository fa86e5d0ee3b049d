/** A transport that collects outgoing frames and writes them in one call. */
export interface Writer {
  flush(): void;
  /**
   * Must close the connection. Called if `flush` throws, which is a bug. The client then
   * reconnects.
   */
  failed(error: unknown): void;
}

let writers: Writer[] = [];

/**
 * Flushes a writer at the end of this turn of the event loop, after the gateway has handled all
 * input of the turn.
 */
export function flushAfterTurn(writer: Writer): void {
  if (writers.push(writer) === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const flushing = writers;
  writers = [];
  for (const writer of flushing) {
    try {
      writer.flush();
    } catch (error) {
      writer.failed(error);
    }
  }
}
