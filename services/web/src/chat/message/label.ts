import type { ChatMessage } from '@parley/client';
import { me } from '../../core/current-user.ts';
import { timeText } from '../../core/dates.ts';
import { strings } from '../strings.ts';
import { noticeText } from './notice.ts';
import { previewOf } from './preview.ts';

/**
 * Returns the label of a message for screen readers: its sender, time and preview. The label of a
 * notice is the notice's sentence.
 */
export function labelOf({ mine, from, date, body }: ChatMessage, nameOf: (user: number) => string): string {
  if (body?.type === 'notice') return noticeText(body, nameOf, me.value?.id);
  return strings.bubble(mine ? strings.you : nameOf(from), timeText(date), previewOf(body));
}
