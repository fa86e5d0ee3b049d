import { blocks } from './blocks/index.ts';
import { chats } from './chats/index.ts';
import { emailConfirmations } from './email-confirmations/index.ts';
import { friendGroups } from './friend-groups/index.ts';
import { friendRequests } from './friend-requests/index.ts';
import { friends } from './friends/index.ts';
import { groups } from './groups/index.ts';
import { info } from './info/index.ts';
import { invitations } from './invitations/index.ts';
import { layim } from './layim/index.ts';
import { me } from './me/index.ts';
import { media } from './media/index.ts';
import { messages } from './messages/index.ts';
import { passwordResets } from './password-resets/index.ts';
import { push } from './push/index.ts';
import { reports } from './reports/index.ts';
import { search } from './search/index.ts';
import { server } from './server/index.ts';
import { sessions } from './sessions/index.ts';
import { users } from './users/index.ts';

/** All routes under `/v1` and `/layim`. */
export const operations = [
  ...info,
  ...users,
  ...sessions,
  ...passwordResets,
  ...emailConfirmations,
  ...me,
  ...friendRequests,
  ...friends,
  ...friendGroups,
  ...blocks,
  ...chats,
  ...messages,
  ...media,
  ...groups,
  ...invitations,
  ...layim,
  ...search,
  ...push,
  ...reports,
  ...server,
];
