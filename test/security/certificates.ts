import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/**
 * Creates two certificate authorities. The first one signs a certificate for `localhost` and one
 * for 127.0.0.1. The second one signs none.
 */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-tls-'));
  await chmod(folder, 0o755);
  const [authority, stranger] = [await makeAuthority('Parley tests'), await makeAuthority('Somebody else')];
  const ca = join(folder, 'ca.pem');
  const otherCa = join(folder, 'other-ca.pem');
  await Promise.all([writeFile(ca, authority.cert), writeFile(otherCa, stranger.cert)]);
  const sign = async (name: 'name' | 'address') => {
    const place = join(folder, name);
    await mkdir(place);
    const subject = name === 'name' ? { type: 2 as const, value: 'localhost' } : { type: 7 as const, ip: '127.0.0.1' };
    const made = await generate([{ name: 'commonName', value: 'server' }], {
      ...{ keyType: 'ec', algorithm: 'sha256', ca: { key: authority.private, cert: authority.cert } },
      extensions: [{ name: 'subjectAltName', altNames: [subject] }],
    });
    const files = { cert: join(place, 'cert.pem'), key: join(place, 'key.pem') };
    await writeFile(files.cert, made.cert);
    await writeFile(files.key, made.private, { mode: 0o600 });
    return files;
  };
  return {
    ca,
    otherCa,
    forName: await sign('name'),
    forAddress: await sign('address'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * Makes the user that runs PostgreSQL in the tests the owner of a private key, because PostgreSQL
 * rejects a key that other users can read.
 */
export async function lendToPostgres({ key }: Certificate): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  await chown(key, id('-u'), id('-g'));
}

function makeAuthority(commonName: string) {
  return generate([{ name: 'commonName', value: commonName }], {
    ...{ keyType: 'ec', algorithm: 'sha256' },
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
}

/** Paths of PEM files. */
export interface Certificates extends AsyncDisposable {
  ca: string;
  otherCa: string;
  /** Certificate that is valid only for the name `localhost`. */
  forName: Certificate;
  /** Certificate that is valid only for the address 127.0.0.1. */
  forAddress: Certificate;
}

export interface Certificate {
  cert: string;
  key: string;
}
