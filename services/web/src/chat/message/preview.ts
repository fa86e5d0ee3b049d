import type { Body } from '@parley/protocol';
import { strings } from '../strings.ts';

/** Characters of a preview. */
const MAX_LENGTH = 120;

/** Characters of a file name, which keeps its ending. */
const MAX_NAME = 255;

/** A message on one line. Empty for a recalled one. */
export function previewOf(body: Body | null, length = MAX_LENGTH): string {
  switch (body?.type) {
    case undefined:
      return '';
    case 'text':
      // A streamed message begins empty.
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
  }
}

function shorten(text: string, length: number): string {
  const start = text.length > length * 8 ? text.slice(0, length * 8).toWellFormed() : text;
  return start.replace(/\s+/g, ' ').trim().slice(0, length).toWellFormed();
}
