import type { ErrorCode } from '@parley/protocol';
import { RedisFullError, SlowModeError } from '@parley/redis';
import { RateExceeded } from '../admission/user-rates.ts';
import type { RefusalReason } from '../counters.ts';
import { errorFrame } from '../frames.ts';
import type { CommandDeps } from './command.ts';
import { Refusal } from './refusal.ts';

/** Counts a frame that failed and returns the error frame for its sender. */
export function errorReply(
  { counters, log }: Pick<CommandDeps, 'counters' | 'log'>,
  sender: { id: string },
  { ref, type }: { ref?: string | undefined; type: string },
  error: unknown,
): string {
  const refuse = (code: ErrorCode, detail?: string, retryAfter?: number, reason: RefusalReason = code) => {
    counters.refuse(reason);
    return errorFrame(ref, code, detail, retryAfter);
  };
  if (error instanceof Refusal) return refuse(error.code, error.detail, error.retryAfter);
  if (error instanceof RateExceeded) return refuse('too-many', error.message, error.retryAfter);
  if (error instanceof RedisFullError)
    return refuse('unavailable', 'The server is out of memory', error.retryAfter, 'redis-full');
  if (error instanceof SlowModeError) return refuse('slow-mode', undefined, error.retryAfter);
  // Redis might have executed the frame before the error. Clients can resend it, because all frames
  // are idempotent.
  log.warn({ err: error, connection: sender.id, frame: type }, 'frame failed');
  return refuse('unavailable');
}
