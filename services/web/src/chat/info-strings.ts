import { defineStrings } from '../core/i18n.ts';

/** Texts of the dialog with the details of a message. */
export const infoStrings = defineStrings(
  {
    info: 'Message details',
    from: 'From',
    sent: 'Sent',
    edited: 'Edited',
    pinned: 'Pinned',
    readBy: 'Read by',
    readByNobody: 'Nobody yet, or they hide it',
    deliveredTo: 'Delivered to',
    loading: 'Loading…',
    again: 'Try again',
    close: 'Close',
  },
  {
    info: '消息详情',
    from: '发送者',
    sent: '发送时间',
    edited: '编辑时间',
    pinned: '置顶时间',
    readBy: '已读',
    readByNobody: '还没有人读，或对方隐藏了已读',
    deliveredTo: '已送达',
    loading: '加载中…',
    again: '重试',
    close: '关闭',
  },
);
