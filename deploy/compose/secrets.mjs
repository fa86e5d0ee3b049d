// Creates the secrets of this installation, if they do not exist yet: one file for all services,
// one for the api alone, and one for PostgreSQL. Argument: the folder for the files.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const services = join(folder, 'services.env');
const api = join(folder, 'api.env');

if (!existsSync(services)) {
  const password = secret();
  // The containers run as different users, and all of them read this file. Therefore every user is
  // allowed to read it.
  put(join(folder, 'postgres-password'), password);
  put(services, `DATABASE_URL=postgres://parley:${password}@postgres:5432/parley\n`);
}

// Only the api gets the private key that signs access tokens. Gateways get the public key, with
// which they verify tokens but cannot sign them.
if (!existsSync(api)) {
  const pending = `${api}.pending`;
  const lines = readFileSync(services, 'utf8').trim().split('\n');
  // Keeps the TOKEN_SECRET of an installation that an earlier version created in services.env.
  const before = lines.find((line) => line.startsWith('TOKEN_SECRET='));
  // Writes the new file before it changes services.env, so that a crash neither loses TOKEN_SECRET
  // nor mixes two key pairs.
  if (!existsSync(pending)) put(pending, apiSettings(before ?? `TOKEN_SECRET=${secret()}`));
  const [, pair] = /^TOKEN_KEYS='(.*)'$/m.exec(readFileSync(pending, 'utf8'));
  const [{ d, ...publicKey }] = JSON.parse(pair);
  const rest = lines.filter((line) => line.startsWith('DATABASE_URL='));
  put(services, `${[...rest, `TOKEN_PUBLIC_KEYS='${JSON.stringify([publicKey])}'`].join('\n')}\n`);
  renameSync(pending, api);
}

function apiSettings(tokenSecret) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return `${tokenSecret}\nTOKEN_KEYS='${JSON.stringify([privateKey.export({ format: 'jwk' })])}'\n`;
}

function secret() {
  return randomBytes(32).toString('base64url');
}

/** Writes a file and then renames it, so that a crash leaves no partial file. */
function put(path, text) {
  writeFileSync(`${path}.new`, text, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}
