import type { Database } from '@parley/database';
import { takeTokens } from '@parley/redis';
import type { Context } from 'hono';
import type { CallerEnv, OpenEnv } from '../app-context.ts';
import { Refusal } from '../http/refusal.ts';
import { type Credentials, setTotp, spendRecoveryCode } from './account-queries.ts';
import { audit } from './audit.ts';
import type { Guess } from './limit-guesses.ts';
import { decryptTotpSecret, hashRecoveryCode, verifyTotp } from './totp.ts';

/**
 * Checks the second factor's code, if the account has a second factor. The caller's transaction
 * must have locked the account. Each code works once. Wrong codes count as wrong passwords; they
 * also count per account, because an attacker who knows the password can guess codes from many
 * addresses.
 *
 * @throws Refusal `code-required` if the code is missing, `unauthenticated` if it is wrong,
 * `too-many` after too many wrong codes
 */
export async function checkSecondFactor(
  c: AnyContext,
  tx: Database,
  account: Credentials,
  code: string | undefined,
  guess?: Guess,
): Promise<void> {
  const { totpSecret, totpStep, user } = account;
  if (totpSecret === null) return;
  if (code === undefined) {
    // Resets the count of failed guesses, because the password was correct.
    await guess?.succeeded();
    throw new Refusal('code-required');
  }
  const { redis, config } = c.var.context;
  const most = config.accounts.signInsPerMinute;
  const { granted, after } = await takeTokens(redis, 'totp', user.id, { perSecond: most / 3600, burst: most });
  if (granted === 0) {
    throw new Refusal('too-many', 'Too many wrong codes. Try again later.', { retryAfter: Math.ceil(after / 1000) });
  }
  if (/^\d{6}$/.test(code)) {
    const secret = decryptTotpSecret(config.tokens.secrets, user.id, totpSecret);
    const step = verifyTotp(secret, code, totpStep);
    if (step === undefined) throw refuse(c, user.id);
    await setTotp(tx, user.id, { totp_step: step });
  } else {
    if (!(await spendRecoveryCode(tx, user.id, hashRecoveryCode(code)))) throw refuse(c, user.id);
    audit(c, 'recovery-code.used', { user: user.id });
  }
  await redis.client.del(redis.keys.rate('totp', user.id));
}

function refuse(c: AnyContext, user: number): Refusal {
  audit(c, 'totp.failed', { user });
  return new Refusal('unauthenticated', 'The code is wrong, or was used already.');
}

type AnyContext = Context<OpenEnv> | Context<CallerEnv>;
