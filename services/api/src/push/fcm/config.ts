import { createPrivateKey, type KeyObject } from 'node:crypto';
import { text, url, type Values, type Variable } from '@parley/service';

/** Defines the environment variables for FCM (Firebase Cloud Messaging). */
export const fcmVariables = {
  FCM_CREDENTIALS: serviceAccount(),
  FCM_PROJECT: text({ default: '' }),
  FCM_URL: url(['https', 'http'], { default: 'https://fcm.googleapis.com' }),
  FCM_TOKEN_URL: url(['https', 'http'], { default: undefined }),
};

/** Returns the settings of FCM. Undefined if no credentials are set. */
export function fcmConfig(value: Values<typeof fcmVariables>): FcmConfig | undefined {
  const account = value.FCM_CREDENTIALS;
  if (!account) return undefined;
  return {
    account,
    project: value.FCM_PROJECT || account.project,
    url: value.FCM_URL.replace(/\/+$/, ''),
    tokenUrl: value.FCM_TOKEN_URL ?? account.tokenUri,
  };
}

/**
 * Defines the variable with the JSON key of a Google service account. Error messages never contain
 * the key. Default: none.
 */
function serviceAccount(): Variable<ServiceAccount | undefined> {
  return {
    read(text) {
      if (text === '') return { ok: true, value: undefined };
      try {
        return { ok: true, value: readAccount(JSON.parse(text)) };
      } catch (error) {
        // Replaces the message of the JSON parser, because it would quote the key.
        const problem = error instanceof TypeError ? error.message : 'must be the JSON key of a service account';
        return { ok: false, problem };
      }
    },
  };
}

function readAccount(value: unknown): ServiceAccount {
  const { type, project_id, client_email, private_key, private_key_id, token_uri } = (value ?? {}) as Fields;
  if (type !== 'service_account')
    throw new TypeError('must be the JSON key of a service account (type service_account)');
  const tokenUri = token_uri ?? 'https://oauth2.googleapis.com/token';
  if (!isText(project_id)) throw new TypeError('has no project_id');
  if (!isText(client_email)) throw new TypeError('has no client_email');
  if (!isText(tokenUri) || !/^https?:\/\//.test(tokenUri) || !URL.canParse(tokenUri))
    throw new TypeError('has a token_uri that is no address');
  return {
    project: project_id,
    email: client_email,
    keyId: isText(private_key_id) ? private_key_id : undefined,
    key: readKey(private_key),
    tokenUri,
  };
}

function readKey(pem: unknown): KeyObject {
  try {
    const key = createPrivateKey(String(pem));
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Reports its own error below, because the error of the key parser might quote the key.
  }
  throw new TypeError('has a private_key that is no RSA key in PEM');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

type Fields = Record<string, unknown>;

export interface FcmConfig {
  account: ServiceAccount;
  /** Id of the Firebase project to which the apps belong. */
  project: string;
  /** Root URL of FCM, without a trailing slash. */
  url: string;
  /** URL at which Google issues access tokens. */
  tokenUrl: string;
}

/** A Google service account that sends notifications for a project. */
export interface ServiceAccount {
  project: string;
  email: string;
  keyId: string | undefined;
  key: KeyObject;
  /** Audience of the JWTs that the account signs. */
  tokenUri: string;
}
