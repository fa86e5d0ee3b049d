import type { Body } from '@parley/protocol';

/** Maximum characters of a message in a notification. */
const LENGTH = 200;

/** Returns the notification of a message in the language of the device. */
export function notificationOf({ chat, id, title, sender, body, hideText, badge, language }: Shown): Notification {
  const texts = words[language === 'zh' ? 'zh' : 'en'];
  if (hideText) return { chat, id, title, badge, text: texts.hidden };
  const text = textOf(body, texts);
  return { chat, id, title, badge, text: sender === undefined ? text : `${sender}: ${text}` };
}

function textOf(body: Body, words: Words): string {
  if (body.type === 'text')
    return body.text.length > LENGTH ? `${body.text.slice(0, LENGTH).toWellFormed()}…` : body.text;
  if (body.type === 'file') return `[${words.file}] ${body.name.slice(0, LENGTH).toWellFormed()}`;
  return `[${body.type === 'custom' ? body.name : words[body.type]}]`;
}

const words = {
  en: {
    hidden: 'New message',
    image: 'Photo',
    video: 'Video',
    audio: 'Voice message',
    file: 'File',
    sticker: 'Sticker',
    card: 'Contact',
  },
  zh: { hidden: '新消息', image: '图片', video: '视频', audio: '语音', file: '文件', sticker: '表情', card: '名片' },
};

type Words = Record<'hidden' | 'image' | 'video' | 'audio' | 'file' | 'sticker' | 'card', string>;

/** The texts of a notification for a message. */
export interface Notification {
  /** The chat as the recipient names it: the peer or the group. */
  chat: number;
  /** The message. */
  id: number;
  title: string;
  text: string;
  /** Unread messages of the user over all chats, for the icon of the app. */
  badge: number;
}

interface Shown {
  chat: number;
  id: number;
  /** The name of the chat as the recipient sees it: the sender, or the group. */
  title: string;
  /** The sender. Undefined if the title names them. */
  sender: string | undefined;
  body: Body;
  /** Whether the notification shows neither text nor sender of the message. */
  hideText: boolean;
  badge: number;
  language: string;
}
