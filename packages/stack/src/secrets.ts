import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Reads the secrets of a data folder. Creates missing secrets, in a file that only its owner can
 * read.
 */
export async function readSecrets(folder: string): Promise<Secrets> {
  const path = join(folder, 'secrets.json');
  const known = await read(path);
  // Adds the secrets that a data folder of an earlier version does not contain.
  if (known.token && known.tokenKey && known.postgres && known.push) return known as Secrets;
  const secrets = {
    token: randomBytes(32).toString('base64url'),
    postgres: randomBytes(16).toString('hex'),
    tokenKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
    push: pushKeys(),
    ...known,
  };
  await writeFile(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

async function read(path: string): Promise<Partial<Secrets>> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return {};
  }
}

/** Creates VAPID keys: a public and a private key on the curve P-256. */
function pushKeys(): Secrets['push'] {
  const {
    x = '',
    y = '',
    d = '',
  } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return { public: point.toString('base64url'), private: d };
}

export interface Secrets {
  /** `TOKEN_SECRET` of the api, which signs refresh tokens and media URLs. */
  token: string;
  /** `TOKEN_KEYS` of the api, which sign access tokens. Gateways get only the public keys. */
  tokenKey: JsonWebKey;
  /** Password of the PostgreSQL that the stack starts. */
  postgres: string;
  /** `PUSH_PUBLIC_KEY` and `PUSH_PRIVATE_KEY`, which identify the api to push services. */
  push: { public: string; private: string };
}
