// Prints a new key pair of access tokens as settings: `node deploy/kubernetes/token-keys.mjs`. The
// api gets TOKEN_KEYS, gateways get TOKEN_PUBLIC_KEYS.
import { generateKeyPairSync } from 'node:crypto';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { d, ...publicKey } = privateKey.export({ format: 'jwk' });
console.log(`TOKEN_KEYS=${JSON.stringify([{ ...publicKey, d }])}`);
console.log(`TOKEN_PUBLIC_KEYS=${JSON.stringify([publicKey])}`);
