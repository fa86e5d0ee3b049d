import { fieldRefusal } from '../../../http/refusal.ts';

/**
 * Passes on what `work` resolves with; refuses when PostgreSQL found that another user has the
 * username.
 */
export async function refuseTakenUsername<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const taken = error instanceof Error && 'constraint' in error && error.constraint === 'users_username_key';
    throw taken ? fieldRefusal('conflict', 'username', 'Taken by someone else') : error;
  }
}
