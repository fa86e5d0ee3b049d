import type { AccountTokensTable } from './account-tokens.ts';
import type { BlocksTable } from './blocks.ts';
import type { ChatsTable } from './chats.ts';
import type { EarlyChangesTable } from './early-changes.ts';
import type { FriendGroupsTable } from './friend-groups.ts';
import type { FriendRequestsTable } from './friend-requests.ts';
import type { FriendshipsTable } from './friendships.ts';
import type { GroupMembersTable } from './group-members.ts';
import type { GroupsTable } from './groups.ts';
import type { InstallationTable } from './installation.ts';
import type { InvitationsTable } from './invitations.ts';
import type { MediaTable } from './media.ts';
import type { MediaSharesTable } from './media-shares.ts';
import type { MessagesTable } from './messages.ts';
import type { OutboxTable } from './outbox.ts';
import type { PushSubscriptionsTable } from './push-subscriptions.ts';
import type { RecoveryCodesTable } from './recovery-codes.ts';
import type { ReportsTable } from './reports.ts';
import type { SearchOwnersTable } from './search-owners.ts';
import type { SearchSegmentsTable } from './search-segments.ts';
import type { SessionsTable } from './sessions.ts';
import type { UsersTable } from './users.ts';

/** Every table by its name. Dates are Unix ms; ids are safe integers. */
export interface Tables {
  users: UsersTable;
  sessions: SessionsTable;
  recovery_codes: RecoveryCodesTable;
  account_tokens: AccountTokensTable;
  invitations: InvitationsTable;
  friendships: FriendshipsTable;
  friend_groups: FriendGroupsTable;
  friend_requests: FriendRequestsTable;
  blocks: BlocksTable;
  groups: GroupsTable;
  group_members: GroupMembersTable;
  chats: ChatsTable;
  messages: MessagesTable;
  early_changes: EarlyChangesTable;
  media: MediaTable;
  media_shares: MediaSharesTable;
  outbox: OutboxTable;
  push_subscriptions: PushSubscriptionsTable;
  reports: ReportsTable;
  installation: InstallationTable;
  search_owners: SearchOwnersTable;
  search_segments: SearchSegmentsTable;
}
