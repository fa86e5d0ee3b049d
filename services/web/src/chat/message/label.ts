import type { ChatMessage } from '@parley/client';
import { timeText } from '../../core/dates.ts';
import { strings } from '../strings.ts';
import { previewOf } from './preview.ts';

/** Returns the label of a message for screen readers: its sender, its time and a preview. */
export function labelOf({ mine, from, date, body }: ChatMessage, nameOf: (user: number) => string): string {
  return strings.bubble(mine ? strings.you : nameOf(from), timeText(date), previewOf(body));
}
