import type { ReceivedBody } from '@parley/protocol';
import { strings } from '../strings.ts';
import { noticeStrings } from './notice-strings.ts';

/** Maximum number of characters in a preview. */
const MAX_LENGTH = 120;

/**
 * Maximum number of characters of a file name in a preview. `PreviewText` shortens it further and
 * keeps its extension.
 */
const MAX_NAME = 255;

/**
 * Returns a message as one line of text. Empty for a recalled message. Notices and messages of
 * unknown types get a general text. `noticeText` returns the full sentence of a notice, which needs
 * names.
 */
export function previewOf(body: ReceivedBody | null, length = MAX_LENGTH): string {
  switch (body?.type) {
    case undefined:
      return '';
    case 'text':
      // Shows an ellipsis for a streamed message that has no text yet.
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
