import type { Generated } from 'kysely';

/** An invitation link to a group. */
export interface GroupInvitationsTable {
  id: Generated<number>;
  group_id: number;
  /** SHA-256 of the code. */
  code_hash: string;
  /** The code, encrypted. */
  code: string;
  /** The owner or admin who created it. Null: the server API. */
  by_id: number | null;
  /** Whether the owner and admins must accept each user. */
  approval: Generated<boolean>;
  /** Remaining number of users who may use it. Null: any number. */
  uses: number | null;
  used: Generated<number>;
  /** Null: never. */
  expires: number | null;
  created: Generated<number>;
}
