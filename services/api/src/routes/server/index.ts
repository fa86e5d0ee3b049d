import { serverGroups } from './groups/index.ts';
import { serverInvitations } from './invitations/index.ts';
import { issueToken } from './issue-token.ts';
import { sendMessage } from './send-message.ts';
import { serverUsers } from './users/index.ts';
import { serverWebhooks } from './webhooks/index.ts';

/** What the product that Parley belongs to may do, with an API key. */
export const server = [
  ...serverUsers,
  ...serverGroups,
  sendMessage,
  issueToken,
  ...serverInvitations,
  ...serverWebhooks,
];
