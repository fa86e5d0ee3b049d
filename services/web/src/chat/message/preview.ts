import type { ReceivedBody } from '@parley/protocol';
import { strings } from '../strings.ts';
import { noticeStrings } from './notice-strings.ts';

/** Maximum characters of a preview. */
const MAX_LENGTH = 120;

/** Maximum characters of a file name. It is shortened before its extension. */
const MAX_NAME = 255;

/**
 * Returns a message as one line of text. Empty for a recalled message. A notice, whose sentence
 * needs names (`noticeText`), and a message of a type that this client does not know have a general
 * text.
 */
export function previewOf(body: ReceivedBody | null, length = MAX_LENGTH): string {
  switch (body?.type) {
    case undefined:
      return '';
    case 'text':
      // A streamed message may still be empty.
      return shorten(body.text, length) || '…';
    case 'image':
      return `[${strings.photo}]`;
    case 'video':
      return `[${strings.video}]`;
    case 'audio':
      return `[${strings.voiceMessage}]`;
    case 'file':
      return `[${strings.file}] ${shorten(body.name, MAX_NAME)}`;
    case 'sticker':
      return `[${strings.sticker}]`;
    case 'card':
      return `[${strings.card}]`;
    case 'custom':
      return `[${shorten(body.name, length)}]`;
    case 'notice':
      return noticeStrings.changed;
    default:
      return `[${strings.unknown}]`;
  }
}

function shorten(text: string, length: number): string {
  const start = text.length > length * 8 ? text.slice(0, length * 8).toWellFormed() : text;
  return start.replace(/\s+/g, ' ').trim().slice(0, length).toWellFormed();
}
