import type { AppContext } from '../../app-context.ts';
import { Refusal } from '../../http/refusal.ts';
import type { PushConfig } from '../../push/config.ts';

/** Returns the push settings. @throws Refusal if push is off */
export function offered({ config }: AppContext): PushConfig {
  if (!config.push) throw new Refusal('not-found', 'This server does not push.');
  return config.push;
}
