/** Something that collects frames and writes them together. */
export interface Writer {
  flush(): void;
  /** Called if `flush` throws, which is a bug. Must close the connection. The client reconnects. */
  failed(error: unknown): void;
}

let writers: Writer[] = [];

/**
 * Flushes a writer at the end of this turn of the event loop, after everything that came in with it
 * was handled.
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
