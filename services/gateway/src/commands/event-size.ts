/** Approximate size of an event in Redis without the body of its message, in bytes. */
export const EVENT_OVERHEAD_BYTES = 200;

/** Returns the approximate size of an event in bytes. `body` is the JSON of its message body. */
export function eventBytes(body: string): number {
  return EVENT_OVERHEAD_BYTES + Buffer.byteLength(body);
}
