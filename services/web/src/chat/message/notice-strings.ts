import { defineStrings } from '../../core/i18n.ts';

/**
 * Sentences about changes of a group. `by` is undefined if the product's server made the change.
 */
export const noticeStrings = defineStrings(
  {
    You: 'You',
    you: 'you',
    others: (count: number) => (count === 1 ? '1 other' : `${count} others`),
    created: (by?: string) => (by ? `${by} created the group` : 'The group was created'),
    added: (who: string, by?: string) => (by ? `${by} added ${who}` : `${who} joined the group`),
    joined: (who: string) => `${who} joined the group`,
    joinedByLink: (who: string) => `${who} joined by a link`,
    left: (who: string) => `${who} left the group`,
    removed: (who: string, by?: string) => (by ? `${by} removed ${who}` : `${who} left the group`),
    renamed: (name: string, by?: string) =>
      by ? `${by} renamed the group to “${name}”` : `The group is now called “${name}”`,
    picture: (by?: string) => (by ? `${by} changed the group picture` : 'The group picture was changed'),
    owner: (who: string, by?: string) => (by ? `${by} made ${who} the owner` : `New owner of the group: ${who}`),
    admin: (who: string, by?: string) => (by ? `${by} made ${who} an admin` : `New admin of the group: ${who}`),
    member: (who: string, by?: string) => (by ? `${by} removed ${who} as admin` : `No longer an admin: ${who}`),
    slowMode: (wait: string, by?: string) =>
      by ? `${by} turned on slow mode: one message every ${wait}` : `Slow mode is on: one message every ${wait}`,
    slowModeOff: (by?: string) => (by ? `${by} turned off slow mode` : 'Slow mode is off'),
    pinned: (by?: string) => (by ? `${by} pinned a message` : 'A message was pinned'),
    changed: 'The group was changed',
  },
  {
    You: '你',
    you: '你',
    others: (count: number) => `另外 ${count} 人`,
    created: (by?: string) => (by ? `${by}创建了群聊` : '群聊已创建'),
    added: (who: string, by?: string) => (by ? `${by}邀请${who}加入了群聊` : `${who}加入了群聊`),
    joined: (who: string) => `${who}加入了群聊`,
    joinedByLink: (who: string) => `${who}通过链接加入了群聊`,
    left: (who: string) => `${who}退出了群聊`,
    removed: (who: string, by?: string) => (by ? `${by}将${who}移出了群聊` : `${who}退出了群聊`),
    renamed: (name: string, by?: string) => (by ? `${by}将群名修改为“${name}”` : `群名已修改为“${name}”`),
    picture: (by?: string) => (by ? `${by}更换了群头像` : '群头像已更换'),
    owner: (who: string, by?: string) => (by ? `${by}将群主转让给${who}` : `新群主：${who}`),
    admin: (who: string, by?: string) => (by ? `${by}将${who}设为管理员` : `新管理员：${who}`),
    member: (who: string, by?: string) => (by ? `${by}取消了${who}的管理员身份` : `不再是管理员：${who}`),
    slowMode: (wait: string, by?: string) =>
      by ? `${by}开启了慢速模式：每 ${wait}可发一条消息` : `慢速模式已开启：每 ${wait}可发一条消息`,
    slowModeOff: (by?: string) => (by ? `${by}关闭了慢速模式` : '慢速模式已关闭'),
    pinned: (by?: string) => (by ? `${by}置顶了一条消息` : '一条消息已置顶'),
    changed: '群信息有变更',
  },
);
