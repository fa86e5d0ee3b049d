import { randomUUID } from 'node:crypto';
import { limits, type NoticeBody } from '@parley/protocol';

/**
 * A notice to write into a group: a system message that reports a change of the group to its
 * members.
 */
export interface GroupNotice {
  group: number;
  /** The idempotency key of the notice. */
  ref: string;
  body: NoticeBody;
}

/**
 * Creates the notice of a change of a group. `by` is undefined if a server, not a user, made the
 * change.
 */
export function groupNotice(group: number, { by, ...content }: NoticeContent): GroupNotice {
  const body: NoticeBody = { type: 'notice', ...content, ...(by !== undefined && { by }) };
  return { group, ref: `notice-${randomUUID()}`, body };
}

/**
 * Returns the notice fields that list the affected users. Lists at most `limits.noticeUsers` of
 * them and adds the total count.
 */
export function aboutUsers(users: readonly number[]): Pick<NoticeBody, 'users' | 'count'> {
  const most = limits.noticeUsers;
  return users.length > most ? { users: users.slice(0, most), count: users.length } : { users: [...users] };
}

/**
 * Returns one notice for each changed group setting that members should see: name, avatar and slow
 * mode.
 */
export function settingNotices(
  group: number,
  by: number | undefined,
  before: Settings,
  after: Settings,
): GroupNotice[] {
  const notices: GroupNotice[] = [];
  const add = (content: NoticeContent) => notices.push(groupNotice(group, { ...content, by }));
  if (after.name !== before.name) add({ notice: 'renamed', name: after.name });
  if (after.avatar !== before.avatar) add({ notice: 'picture' });
  if (after.slowMode !== before.slowMode) add({ notice: 'slow-mode', seconds: after.slowMode });
  return notices;
}

type NoticeContent = Omit<NoticeBody, 'type' | 'by'> & { by?: number | undefined };

interface Settings {
  name: string;
  avatar: string | null;
  slowMode: number;
}
