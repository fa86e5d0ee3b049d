/** Thrown if the slow mode of the group does not let the sender write again yet. */
export class SlowModeError extends Error {
  override name = 'SlowModeError';
  /** Ms after which the group accepts the sender's next message. */
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super('Slow mode');
    this.retryAfter = retryAfter;
  }
}
