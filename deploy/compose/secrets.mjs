// Makes the secrets of this installation once: a folder with those that services read and the one
// that PostgreSQL reads.
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const services = join(folder, 'services.env');

if (!existsSync(services)) {
  const password = secret();
  // The containers run as different users; who else can read the volume can read everything.
  put(join(folder, 'postgres-password'), password);
  put(services, `TOKEN_SECRET=${secret()}\nDATABASE_URL=postgres://parley:${password}@postgres:5432/parley\n`);
}

function secret() {
  return randomBytes(32).toString('base64url');
}

/** In one step, so that a crash leaves no half. */
function put(path, text) {
  writeFileSync(`${path}.new`, text, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}
