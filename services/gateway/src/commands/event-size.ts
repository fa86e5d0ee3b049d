/** Bytes of an event in Redis besides the body of its message, about. */
export const EVENT_OVERHEAD_BYTES = 200;

/** Bytes of an event with a body, about. `body` is JSON. */
export function eventBytes(body: string): number {
  return EVENT_OVERHEAD_BYTES + Buffer.byteLength(body);
}
