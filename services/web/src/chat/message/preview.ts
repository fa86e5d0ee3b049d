import type { Body } from '@parley/protocol';
import { strings } from '../strings.ts';

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
      return `[${strings.photo}]`;
    case 'video':
      return `[${strings.video}]`;
    case 'audio':
      return `[${strings.voiceMessage}]`;
    case 'file':
      return `[${strings.file}] ${shorten(body.name)}`;
    case 'sticker':
      return `[${strings.sticker}]`;
    case 'card':
      return `[${strings.card}]`;
  }
}

function shorten(text: string): string {
  const start = text.length > LENGTH * 8 ? text.slice(0, LENGTH * 8).toWellFormed() : text;
  return start.replace(/\s+/g, ' ').trim().slice(0, LENGTH).toWellFormed();
}
