import type { Body } from '@parley/protocol';
import { words } from '../strings.ts';

/** Characters of a preview. */
const LENGTH = 120;

/** A message in one line. */
export function previewOf(body: Body | null): string {
  switch (body?.type) {
    case undefined:
      return '';
    case 'text':
      return shorten(body.text);
    case 'image':
      return `[${words.photo}]`;
    case 'video':
      return `[${words.video}]`;
    case 'audio':
      return `[${words.voiceMessage}]`;
    case 'file':
      return `[${words.file}] ${shorten(body.name)}`;
    case 'sticker':
      return `[${words.sticker}]`;
    case 'card':
      return `[${words.card}]`;
  }
}

function shorten(text: string): string {
  const start = text.length > LENGTH * 8 ? text.slice(0, LENGTH * 8).toWellFormed() : text;
  return start.replace(/\s+/g, ' ').trim().slice(0, LENGTH).toWellFormed();
}
