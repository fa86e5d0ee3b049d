import { serverGroups } from './groups/index.ts';
import { serverHolds } from './holds/index.ts';
import { serverImports } from './imports/index.ts';
import { serverInvitations } from './invitations/index.ts';
import { issueToken } from './issue-token.ts';
import { serverJobs } from './jobs/index.ts';
import { getRemovals } from './removals.ts';
import { serverReports } from './reports/index.ts';
import { sendMessage } from './send-message.ts';
import { serverUsers } from './users/index.ts';
import { serverWebhooks } from './webhooks/index.ts';

/** The operations of the server API, which the product's backend calls with an API key. */
export const server = [
  ...serverUsers,
  ...serverGroups,
  sendMessage,
  ...serverJobs,
  ...serverImports,
  issueToken,
  ...serverInvitations,
  ...serverReports,
  ...serverHolds,
  getRemovals,
  ...serverWebhooks,
];
