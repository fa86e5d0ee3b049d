import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type EnvProblem, list, text, url, type Values, type Variable } from '@parley/service';

/** The environment variables of APNs. */
export const apnsVariables = {
  APNS_KEY: apnsKey(),
  APNS_KEY_ID: text({ default: '' }),
  APNS_TEAM_ID: text({ default: '' }),
  APNS_TOPIC: list({ default: [] }),
  APNS_URL: url(['https', 'http'], { default: 'https://api.push.apple.com' }),
  APNS_SANDBOX_URL: url(['https', 'http'], { default: 'https://api.sandbox.push.apple.com' }),
};

/**
 * Returns the settings of APNs. Undefined if no key is set. Adds missing settings to `problems`.
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

/** The `.p8` key of APNs, in PEM. Never printed. Default: none. */
function apnsKey(): Variable<KeyObject | undefined> {
  return {
    read(text) {
      if (text === '') return { ok: true, value: undefined };
      try {
        // In files of environment variables, line breaks are often written as `\n`.
        const key = createPrivateKey(text.replaceAll('\\n', '\n'));
        const { namedCurve } = key.asymmetricKeyDetails ?? {};
        if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return { ok: true, value: key };
      } catch {
        // The error is reported below, because its own message may quote the key.
      }
      return { ok: false, problem: 'must be the content of the .p8 file of Apple: an EC key on P-256 in PEM' };
    },
  };
}

export interface ApnsConfig {
  /** Signs the tokens of this server. */
  key: KeyObject;
  keyId: string;
  teamId: string;
  /** Bundle ids of apps. The first one is the default. */
  topics: readonly [string, ...string[]];
  urls: { production: string; sandbox: string };
}
