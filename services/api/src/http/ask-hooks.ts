import type { Body, Custom, HookEvent } from '@parley/protocol';
import type { AppContext } from '../app-context.ts';
import { Refusal } from './refusal.ts';

/**
 * Calls the operator's hooks, which can refuse an operation or change its message. Resolves with
 * the changes.
 *
 * @param user the user who sends the request. 0 if nobody is signed in
 * @throws Refusal if a hook refuses, or if no hook replies and `HOOK_FAILURE` is `refuse`
 */
export async function askHooks(
  { hooks }: Pick<AppContext, 'hooks'>,
  event: HookEvent,
  user: number,
  data: Record<string, unknown>,
): Promise<{ body?: Body; custom?: Custom | null }> {
  if (!hooks?.covers(event)) return {};
  const verdict = await hooks.ask(event, user, data);
  if (verdict.is === 'refused') throw new Refusal('refused', verdict.message);
  if (verdict.is === 'unavailable') {
    const retryAfter = Math.ceil(verdict.retryAfter / 1000);
    throw new Refusal('unavailable', 'The server cannot check its rules now. Try again later.', { retryAfter });
  }
  return verdict;
}
