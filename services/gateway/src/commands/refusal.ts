import type { ErrorCode } from '@parley/protocol';
import type { Standing } from '@parley/redis';

/** A frame that is not carried out, and the code that says why. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  /** For people; the code's own title when absent. */
  readonly detail: string | undefined;
  /** Ms after which the same frame may pass. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, detail?: string, retryAfter?: number) {
    super(detail ?? code);
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

/** Why a message from someone with this standing is refused; undefined when it is not. */
export function whyNot(standing: Standing, policy: 'friends' | 'anyone'): ErrorCode | undefined {
  switch (standing) {
    case 'friend':
    case 'member':
      return undefined;
    case 'stranger':
      return policy === 'friends' ? 'not-friends' : undefined;
    case 'blocked':
      return 'blocked';
    case 'not-member':
      return 'not-member';
    case 'nobody':
      return 'not-found';
    case 'unknown':
      return 'unavailable';
  }
}
