import type { Body } from '@parley/protocol';

/** Characters of a message that are pushed. */
const LENGTH = 200;

/** What a browser shows of a message: JSON, in the words of its language. */
export function notificationOf({ chat, title, sender, body, language }: Shown): string {
  const text = textOf(body, words[language === 'zh' ? 'zh' : 'en']);
  return JSON.stringify({ chat, title, text: sender === undefined ? text : `${sender}: ${text}` });
}

function textOf(body: Body, words: Words): string {
  if (body.type === 'text')
    return body.text.length > LENGTH ? `${body.text.slice(0, LENGTH).toWellFormed()}…` : body.text;
  if (body.type === 'file') return `[${words.file}] ${body.name.slice(0, LENGTH).toWellFormed()}`;
  return `[${words[body.type]}]`;
}

const words = {
  en: { image: 'Photo', video: 'Video', audio: 'Voice message', file: 'File', sticker: 'Sticker', card: 'Contact' },
  zh: { image: '图片', video: '视频', audio: '语音', file: '文件', sticker: '表情', card: '名片' },
};

type Words = Record<'image' | 'video' | 'audio' | 'file' | 'sticker' | 'card', string>;

interface Shown {
  /** As the one who gets it names it: the sender, or the group. */
  chat: number;
  title: string;
  /** Who wrote it, where the title does not say it. */
  sender: string | undefined;
  body: Body;
  language: string;
}
