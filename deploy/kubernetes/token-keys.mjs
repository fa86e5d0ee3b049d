// Prints a new key pair for access tokens as two settings: TOKEN_KEYS for the api, and
// TOKEN_PUBLIC_KEYS for the gateways. Usage: `node deploy/kubernetes/token-keys.mjs`.
import { generateKeyPairSync } from 'node:crypto';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { d, ...publicKey } = privateKey.export({ format: 'jwk' });
console.log(`TOKEN_KEYS=${JSON.stringify([{ ...publicKey, d }])}`);
console.log(`TOKEN_PUBLIC_KEYS=${JSON.stringify([publicKey])}`);
