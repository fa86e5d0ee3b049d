// Creates the secrets of this installation once, as files in a folder: for all services, only for
// the api, and for PostgreSQL.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const services = join(folder, 'services.env');
const api = join(folder, 'api.env');

if (!existsSync(services)) {
  const password = secret();
  // All containers must read this file, and they run as different users. Therefore every user of
  // the volume may read it.
  put(join(folder, 'postgres-password'), password);
  put(services, `DATABASE_URL=postgres://parley:${password}@postgres:5432/parley\n`);
}

// The api signs access tokens. Gateways verify them with the public key and cannot sign.
if (!existsSync(api)) {
  const pending = `${api}.pending`;
  const lines = readFileSync(services, 'utf8').trim().split('\n');
  // An earlier version stored TOKEN_SECRET for all services.
  const before = lines.find((line) => line.startsWith('TOKEN_SECRET='));
  // Writes the new file first, so that a crash neither loses TOKEN_SECRET nor mixes two key pairs.
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

/** Writes a file in one step, so that a crash leaves no partial file. */
function put(path, text) {
  writeFileSync(`${path}.new`, text, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}
