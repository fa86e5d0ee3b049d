import type { Generated } from 'kysely';

/** A code with which people can register if `REGISTRATION=invite`. */
export interface InvitationsTable {
  code: string;
  /** For the operator. */
  note: Generated<string>;
  /** Remaining number of accounts that can be registered with it. */
  uses: number;
  used: Generated<number>;
  created: Generated<number>;
  /** When it expires, in Unix ms. Null: never. */
  expires: number | null;
}
