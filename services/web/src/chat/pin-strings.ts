import { defineStrings } from '../core/i18n.ts';

export const pinStrings = defineStrings(
  {
    pin: 'Pin message',
    unpin: 'Unpin message',
    pinned: 'Pinned messages',
    shown: (index: number, count: number) => (count === 1 ? 'Pinned message' : `Pinned message ${index} of ${count}`),
    all: 'Show all pinned messages',
    unpinOf: (message: string) => `Unpin: ${message}`,
    close: 'Close',
    full: 'No more messages can be pinned in this chat. Unpin one first.',
    hide: 'Delete for me',
    hideConfirm: (count: number) =>
      count === 1
        ? 'Delete your copy of this message? The other people keep theirs.'
        : `Delete your copies of ${count} messages? The other people keep theirs.`,
  },
  {
    pin: '置顶消息',
    unpin: '取消置顶消息',
    pinned: '置顶消息',
    shown: (index: number, count: number) => (count === 1 ? '置顶消息' : `置顶消息 ${index}/${count}`),
    all: '显示所有置顶消息',
    unpinOf: (message: string) => `取消置顶：${message}`,
    close: '关闭',
    full: '此聊天的置顶消息已达上限，请先取消一条。',
    hide: '仅为我删除',
    hideConfirm: (count: number) =>
      count === 1 ? '删除你的这条消息？其他人的记录不受影响。' : `删除你的 ${count} 条消息？其他人的记录不受影响。`,
  },
);
