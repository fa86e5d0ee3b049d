import { ParleyError } from '@parley/client';
import { defineStrings } from './i18n.ts';

/** Why something failed, in words for people, in their language. */
export function errorText(error: unknown): string {
  if (!(error instanceof ParleyError)) return strings.internal;
  const { code, status } = error;
  if (status === 0) return strings.unreachable;
  return strings[code as keyof typeof strings] ?? error.message;
}

/** What is wrong with a field of a form, as the server said; undefined for nothing. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ParleyError)) return undefined;
  return error.errors?.find(({ path }) => path.replace(/^\//, '') === field)?.message;
}

const strings = defineStrings(
  {
    unreachable: 'The server cannot be reached. Are you online?',
    'bad-request': 'The server does not accept this.',
    unauthenticated: 'Please sign in again.',
    forbidden: 'You may not do this.',
    'not-friends': 'Only friends may write to each other here.',
    blocked: 'This user does not take messages from you.',
    'not-member': 'You are not in this group.',
    'not-found': 'This is not there any more.',
    'history-disabled': 'This server keeps no history.',
    conflict: 'This contradicts what is there already.',
    'group-full': 'The group is full.',
    'recall-too-late': 'It is too late to take this back.',
    'too-large': 'This is too large.',
    'too-many': 'Too fast: wait a moment and try again.',
    internal: 'Something went wrong. Try again.',
    unavailable: 'Not possible right now. Try again in a moment.',
    draining: 'Not possible right now. Try again in a moment.',
    aborted: 'Cancelled.',
  },
  {
    unreachable: '无法连接服务器，请检查网络。',
    'bad-request': '服务器不接受该内容。',
    unauthenticated: '请重新登录。',
    forbidden: '你没有权限这样做。',
    'not-friends': '只有好友之间才能发消息。',
    blocked: '对方不接收你的消息。',
    'not-member': '你不在这个群里。',
    'not-found': '内容已不存在。',
    'history-disabled': '此服务器不保存历史消息。',
    conflict: '与现有内容冲突。',
    'group-full': '群已满员。',
    'recall-too-late': '已超过可撤回的时间。',
    'too-large': '内容太大。',
    'too-many': '操作太频繁，请稍候再试。',
    internal: '出错了，请重试。',
    unavailable: '暂时无法完成，请稍后再试。',
    draining: '暂时无法完成，请稍后再试。',
    aborted: '已取消。',
  },
);
