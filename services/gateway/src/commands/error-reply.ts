import { RedisFullError } from '@parley/redis';
import { RateExceeded } from '../admission/user-rates.ts';
import { errorFrame } from '../frames.ts';
import type { CommandDeps } from './command.ts';
import { Refusal } from './refusal.ts';

/** Counts a frame that failed and returns its reply. */
export function errorReply(
  { counters, log }: Pick<CommandDeps, 'counters' | 'log'>,
  sender: { id: string },
  { ref, type }: { ref?: string | undefined; type: string },
  error: unknown,
): string {
  counters.refused += 1;
  if (error instanceof Refusal) return errorFrame(ref, error.code, error.detail, error.retryAfter);
  if (error instanceof RateExceeded) return errorFrame(ref, 'too-many', error.message, error.retryAfter);
  if (error instanceof RedisFullError)
    return errorFrame(ref, 'unavailable', 'The server is out of memory', error.retryAfter);
  // Redis may have run it. Every frame may be sent again.
  log.warn({ err: error, connection: sender.id, frame: type }, 'frame failed');
  return errorFrame(ref, 'unavailable');
}
