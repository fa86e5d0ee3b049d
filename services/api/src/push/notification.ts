import type { Body } from '@parley/protocol';

/** Maximum number of characters of a message that a notification shows. */
export const SHOWN_LENGTH = 200;

/** Returns the notification for a message, in the language of the device. */
export function notificationOf({ chat, id, title, sender, body, hideText, badge, language }: Shown): Notification {
  const texts = words[language === 'zh' ? 'zh' : 'en'];
  if (hideText) return { chat, id, title, badge, text: texts.hidden };
  const text = textOf(body, texts);
  return { chat, id, title, badge, text: sender === undefined ? text : `${sender}: ${text}` };
}

function textOf(body: Body, words: Words): string {
  if (body.type === 'text')
    return body.text.length > SHOWN_LENGTH ? `${body.text.slice(0, SHOWN_LENGTH).toWellFormed()}…` : body.text;
  if (body.type === 'file') return `[${words.file}] ${body.name.slice(0, SHOWN_LENGTH).toWellFormed()}`;
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

/** The content of a notification about a message. */
export interface Notification {
  /** The id by which the recipient knows the chat: that of the peer or the group. */
  chat: number;
  /** Id of the message. */
  id: number;
  title: string;
  text: string;
  /**
   * Number of unread messages of the user in all chats that are not muted. The app's icon shows it.
   */
  badge: number;
}

interface Shown {
  chat: number;
  id: number;
  /** Name of the chat as the recipient sees it: the name of the sender, or of the group. */
  title: string;
  /** Name of the sender. Undefined if the title is already the sender's name. */
  sender: string | undefined;
  body: Body;
  /** Whether the notification hides the text and the sender of the message. */
  hideText: boolean;
  badge: number;
  language: string;
}
