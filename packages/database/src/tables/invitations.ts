import type { Generated } from 'kysely';

/** An invitation code with which people can register if `REGISTRATION=invite`. */
export interface InvitationsTable {
  code: string;
  /** For the operator. */
  note: Generated<string>;
  /** Remaining number of accounts that people can register with the code. */
  uses: number;
  used: Generated<number>;
  created: Generated<number>;
  /** When the code expires, in Unix ms. Null: never. */
  expires: number | null;
}
