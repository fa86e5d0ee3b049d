import type { Generated } from 'kysely';

/**
 * A user or group on legal hold. PostgreSQL preserves each message of it that is deleted or
 * changed, see `PreservedMessagesTable`.
 */
export interface LegalHoldsTable {
  /** Id of the user or group. */
  id: number;
  kind: 'user' | 'group';
  /** Why the hold exists, for operators. */
  reason: string;
  /** Name of the API key that created the hold. */
  created_by: string;
  created: Generated<number>;
}
