/** Something that was given frames and writes them together. */
export interface Writer {
  flush(): void;
}

let writers: Writer[] = [];

/** Has a writer flushed at the end of this turn of the event loop, after all that came in with it was handled. */
export function flushAfterTurn(writer: Writer): void {
  if (writers.push(writer) === 1) setImmediate(flushAll);
}

function flushAll(): void {
  const flushing = writers;
  writers = [];
  for (const writer of flushing) writer.flush();
}
