import { fieldRefusal } from '../../http/refusal.ts';

/** Passes on what `work` resolves with; refuses when PostgreSQL found that another group has the name. */
export async function refuseTakenName<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const taken = error instanceof Error && 'constraint' in error && error.constraint === 'groups_name';
    throw taken ? fieldRefusal('conflict', 'name', 'Another group has this name') : error;
  }
}
