/** Counts the replies of the servers to a hostile user, by code. */
export class Replies {
  readonly counts: Record<string, number> = {};

  count(code: string): void {
    this.counts[code] = (this.counts[code] ?? 0) + 1;
  }

  /**
   * Counts a received frame by error code, or by type if the frame is no error. A system message of
   * LayIM counts as `system`.
   */
  countFrame(text: string): void {
    const frame = JSON.parse(text) as { type?: string; code?: string; system?: boolean };
    this.count(frame.system ? 'system' : (frame.code ?? frame.type ?? 'message'));
  }

  /** Returns the number of replies with one of these codes. */
  of(...codes: string[]): number {
    return codes.reduce((sum, code) => sum + (this.counts[code] ?? 0), 0);
  }
}
