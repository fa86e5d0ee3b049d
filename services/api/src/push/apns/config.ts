import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type EnvProblem, list, text, url, type Values, type Variable } from '@parley/service';

/** Defines the environment variables for APNs (Apple Push Notification service). */
export const apnsVariables = {
  APNS_KEY: apnsKey(),
  APNS_KEY_ID: text({ default: '' }),
  APNS_TEAM_ID: text({ default: '' }),
  APNS_TOPIC: list({ default: [] }),
  APNS_URL: url(['https', 'http'], { default: 'https://api.push.apple.com' }),
  APNS_SANDBOX_URL: url(['https', 'http'], { default: 'https://api.sandbox.push.apple.com' }),
};

/**
 * Returns the settings of APNs. Undefined if no key is set. Adds a problem to `problems` for each
 * missing setting.
 */
export function apnsConfig(value: Values<typeof apnsVariables>, problems: EnvProblem[]): ApnsConfig | undefined {
  const { APNS_KEY: key, APNS_KEY_ID: keyId, APNS_TEAM_ID: teamId, APNS_TOPIC: topics } = value;
  if (!key) return undefined;
  const [first, ...others] = topics;
  for (const [variable, id] of [
    ['APNS_KEY_ID', keyId],
    ['APNS_TEAM_ID', teamId],
  ] as const) {
    if (!/^[A-Z0-9]{10}$/.test(id))
      problems.push({ variable, problem: 'must have 10 capital letters and digits, since APNS_KEY is set' });
  }
  if (first === undefined || ![first, ...others].every((topic) => /^[\w.-]{1,155}$/.test(topic))) {
    const problem = 'must be the bundle ids of your apps, separated by commas, since APNS_KEY is set';
    problems.push({ variable: 'APNS_TOPIC', problem });
    return undefined;
  }
  const urls = { production: value.APNS_URL, sandbox: value.APNS_SANDBOX_URL };
  return { key, keyId, teamId, topics: [first, ...others], urls };
}

/**
 * Defines the variable with the `.p8` key of APNs, in PEM. Error messages never contain the key.
 * Default: none.
 */
function apnsKey(): Variable<KeyObject | undefined> {
  return {
    read(text) {
      if (text === '') return { ok: true, value: undefined };
      try {
        // Restores line breaks, which environment files often contain as `\n`.
        const key = createPrivateKey(text.replaceAll('\\n', '\n'));
        const { namedCurve } = key.asymmetricKeyDetails ?? {};
        if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return { ok: true, value: key };
      } catch {
        // Reports its own error below, because the error of `createPrivateKey` might quote the key.
      }
      return { ok: false, problem: 'must be the content of the .p8 file of Apple: an EC key on P-256 in PEM' };
    },
  };
}

export interface ApnsConfig {
  /** Private key that signs this server's tokens for APNs. */
  key: KeyObject;
  keyId: string;
  teamId: string;
  /** Bundle ids of the apps. The first id is the default. */
  topics: readonly [string, ...string[]];
  urls: { production: string; sandbox: string };
}
