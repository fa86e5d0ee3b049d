import type { Generated } from 'kysely';

/** A link by which users join a group. */
export interface GroupInvitationsTable {
  id: Generated<number>;
  group_id: number;
  /** SHA-256 of the code. */
  code_hash: string;
  /** The code, encrypted. */
  code: string;
  /** The owner or admin who created it. Null: the server API. */
  by_id: number | null;
  /** Whether the owner and admins decide about each user. */
  approval: Generated<boolean>;
  /** How many users may use it. Null: any number. */
  uses: number | null;
  used: Generated<number>;
  /** Null: never. */
  expires: number | null;
  created: Generated<number>;
}
