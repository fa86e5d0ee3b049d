import type { Generated } from 'kysely';

/** An invitation link to a group. */
export interface GroupInvitationsTable {
  id: Generated<number>;
  group_id: number;
  /** SHA-256 of the invitation code. */
  code_hash: string;
  /** The encrypted invitation code. */
  code: string;
  /** The owner or admin who created the invitation. Null: the server API created it. */
  by_id: number | null;
  /** Whether the owner or an admin must accept each user who uses the link. */
  approval: Generated<boolean>;
  /** Remaining number of users who can use the link. Null: any number. */
  uses: number | null;
  used: Generated<number>;
  /** Null: never. */
  expires: number | null;
  created: Generated<number>;
}
