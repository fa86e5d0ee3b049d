import type { ErrorCode } from '@parley/protocol';
import type { Standing } from '@parley/redis';
import type { Permit } from '../users/local-user.ts';

/** Thrown to reject a frame with an error code. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  /** A sentence for the user. Default: the title of the code. */
  readonly detail: string | undefined;
  /** Ms after which the client can repeat the frame. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, detail?: string, retryAfter?: number) {
    super(detail ?? code);
    this.code = code;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

/**
 * Returns the error code for a message from a user who has this relation to the receiver. Undefined
 * if the message is allowed.
 */
export function sendRefusal(standing: Standing, policy: 'friends' | 'anyone'): ErrorCode | undefined {
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

/** Throws a `Refusal` if the user with this permission is muted in the group. */
export function refuseMuted(permit: Permit): void {
  const refusal = muteRefusal(permit);
  if (refusal) throw refusal;
}

/**
 * Returns why a user with this permission is not allowed to write. Undefined if the user is allowed
 * to write.
 */
export function writeRefusal(permit: Permit, policy: 'friends' | 'anyone'): Refusal | undefined {
  const code = sendRefusal(permit.standing, policy);
  return code ? new Refusal(code) : muteRefusal(permit);
}

function muteRefusal({ mutedUntil = 0 }: Permit): Refusal | undefined {
  const left = mutedUntil - Date.now();
  if (left <= 0) return undefined;
  return new Refusal('muted', `You are muted in this group until ${toDate(mutedUntil)}.`, left);
}

function toDate(ms: number): string {
  return new Date(ms).toISOString();
}
