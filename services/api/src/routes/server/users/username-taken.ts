import { fieldRefusal } from '../../../http/refusal.ts';

/**
 * Resolves with the result of `work`. Rejects with `conflict` if `work` fails because the username
 * is taken.
 */
export async function refuseTakenUsername<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const taken = error instanceof Error && 'constraint' in error && error.constraint === 'users_username_key';
    throw taken ? fieldRefusal('conflict', 'username', 'Taken by someone else') : error;
  }
}
