import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { ApiConfig } from '../config.ts';

/** Hashes a password by argon2id, off the main thread. */
export function hashPassword(password: string, { memory, time, parallelism }: Cost): Promise<string> {
  return hash(normal(password), { memoryCost: Math.ceil(memory / 1024), timeCost: time, parallelism });
}

/** Tells whether a password is that of a hash. Without a hash the answer is no, and takes as long, so that it tells nobody which accounts exist. */
export async function verifyPassword(password: string, known: string | null | undefined, cost: Cost): Promise<boolean> {
  decoy ??= hashPassword(randomBytes(16).toString('hex'), cost);
  const fits = await verify(known ?? (await decoy), normal(password));
  return fits && typeof known === 'string';
}

let decoy: Promise<string> | undefined;

/** The same characters may come from different keyboards as different code points. */
function normal(password: string): string {
  return password.normalize('NFKC');
}

type Cost = ApiConfig['argon2'];
