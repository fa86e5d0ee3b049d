import { fieldRefusal } from '../../http/refusal.ts';

/** Returns the result of `work`. Refuses if PostgreSQL reports that the name is taken. */
export async function refuseTakenName<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const taken = error instanceof Error && 'constraint' in error && error.constraint === 'groups_name';
    throw taken ? fieldRefusal('conflict', 'name', 'Another group has this name') : error;
  }
}
