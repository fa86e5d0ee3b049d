/** Counts what the servers reply to a hostile user, by code. */
export class Replies {
  readonly counts: Record<string, number> = {};

  count(code: string): void {
    this.counts[code] = (this.counts[code] ?? 0) + 1;
  }

  /** Counts a frame: the code of an error, or its type. System texts of LayIM count as `system`. */
  countFrame(text: string): void {
    const frame = JSON.parse(text) as { type?: string; code?: string; system?: boolean };
    this.count(frame.system ? 'system' : (frame.code ?? frame.type ?? 'message'));
  }

  /** Returns how often one of these codes came. */
  of(...codes: string[]): number {
    return codes.reduce((sum, code) => sum + (this.counts[code] ?? 0), 0);
  }
}
