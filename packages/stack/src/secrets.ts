import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The secrets of a data folder, made on first use and readable by their owner alone. */
export async function readSecrets(folder: string): Promise<Secrets> {
  const path = join(folder, 'secrets.json');
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const secrets = { token: randomBytes(32).toString('base64url'), postgres: randomBytes(16).toString('hex') };
  await writeFile(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

export interface Secrets {
  /** What access tokens are signed with: `TOKEN_SECRET`. */
  token: string;
  /** The password of the embedded PostgreSQL. */
  postgres: string;
}
