/** Approximate bytes of an event in Redis without the body of its message. */
export const EVENT_OVERHEAD_BYTES = 200;

/** Returns the approximate bytes of an event with a body. `body` is JSON. */
export function eventBytes(body: string): number {
  return EVENT_OVERHEAD_BYTES + Buffer.byteLength(body);
}
