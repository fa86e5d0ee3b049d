import type { Generated } from 'kysely';

/** A code with which people register where `REGISTRATION=invite`. */
export interface InvitationsTable {
  code: string;
  /** For the operator. */
  note: Generated<string>;
  /** How many accounts may be registered with it. */
  uses: number;
  used: Generated<number>;
  created: Generated<number>;
  /** In Unix ms; null: never. */
  expires: number | null;
}
