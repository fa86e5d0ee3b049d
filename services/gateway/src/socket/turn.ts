/** Something that collects frames and writes them together. */
export interface Writer {
  flush(): void;
  /** `flush` threw: a bug. The connection must be closed, and its client resumes on a new one. */
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
