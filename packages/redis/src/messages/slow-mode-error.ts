/** The sender wrote to the group too short a time ago for its slow mode. */
export class SlowModeError extends Error {
  override name = 'SlowModeError';
  /** Ms until the group accepts a message of the sender. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super('Slow mode');
    this.retryAfter = retryAfter;
  }
}
