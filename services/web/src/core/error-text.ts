import { ParleyError } from '@parley/client';
import { defineStrings } from './i18n.ts';

/**
 * Returns a sentence in the user's language that describes an error: what went wrong and what the
 * user can do.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof ParleyError)) return strings.internal;
  const { code, status } = error;
  if (status === 0) return navigator.onLine ? strings.unreachable : strings.offline;
  return strings[code as keyof typeof strings] ?? error.message;
}

/** Returns the server's error message for one field of a form. Undefined if the field is valid. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ParleyError)) return undefined;
  return error.errors?.find(({ path }) => path.replace(/^\//, '') === field)?.message;
}

const strings = defineStrings(
  {
    offline: 'You are offline. Check your connection and try again.',
    unreachable: 'The server cannot be reached. Try again in a moment.',
    'bad-request': 'The server does not accept this input.',
    unauthenticated: 'Sign in again to continue.',
    forbidden: 'You do not have permission to do this.',
    'not-friends': "You can't message this person because they only accept messages from friends.",
    blocked: "You can't message this person.",
    'not-member': 'You are not a member of this group.',
    'not-found': 'Not found. It may have been deleted.',
    'history-disabled': 'This server does not keep the history of chats.',
    conflict: 'This conflicts with the current state. Reload and try again.',
    'group-full': 'The group is full.',
    'recall-too-late': 'This message can no longer be recalled.',
    'too-large': 'This is too large.',
    'too-many': 'Too many attempts. Wait a moment and try again.',
    internal: 'Something went wrong. Try again.',
    unavailable: 'The server is busy. Try again in a moment.',
    draining: 'The server is busy. Try again in a moment.',
    aborted: 'Cancelled.',
  },
  {
    offline: '当前离线，请检查网络后重试。',
    unreachable: '无法连接服务器，请稍后再试。',
    'bad-request': '服务器不接受该内容。',
    unauthenticated: '请重新登录。',
    forbidden: '你没有权限这样做。',
    'not-friends': '对方只接收好友的消息，你们还不是好友。',
    blocked: '你无法给对方发消息。',
    'not-member': '你不在这个群里。',
    'not-found': '内容不存在，可能已被删除。',
    'history-disabled': '此服务器不保存历史消息。',
    conflict: '与现有内容冲突，请刷新后重试。',
    'group-full': '群已满员。',
    'recall-too-late': '已超过可撤回的时间。',
    'too-large': '内容太大。',
    'too-many': '操作太频繁，请稍候再试。',
    internal: '出错了，请重试。',
    unavailable: '服务器繁忙，请稍后再试。',
    draining: '服务器繁忙，请稍后再试。',
    aborted: '已取消。',
  },
);
