import en from 'emojibase-data/en/compact.json?url';
import zh from 'emojibase-data/zh/compact.json?url';
import type { Language } from '../../core/i18n.ts';
import { localStore } from '../../core/local-store.ts';

/** Emoji that are remembered as used. */
const RECENT = 24;

/** The groups of emojibase that hold emoji to choose from, in order; `component` holds parts of emoji. */
const GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9];

/** All emoji by group, each with the words by which it is found in a language. */
export async function loadEmoji(language: Language): Promise<Emoji[][]> {
  const response = await fetch(language === 'zh' ? zh : en);
  const data = (await response.json()) as Entry[];
  return GROUPS.map((group) =>
    data
      .filter((each) => each.group === group)
      .map(({ unicode, label, tags = [] }) => ({
        emoji: unicode,
        label,
        words: [label, ...tags].join(' ').toLowerCase(),
      })),
  );
}

export function recentEmoji(): string[] {
  return (localStore.get('emoji') ?? '').split(' ').filter(Boolean);
}

export function useEmoji(emoji: string): void {
  const recent = [emoji, ...recentEmoji().filter((each) => each !== emoji)];
  localStore.set('emoji', recent.slice(0, RECENT).join(' '));
}

export interface Emoji {
  emoji: string;
  label: string;
  words: string;
}

/** An emoji as emojibase describes it. */
interface Entry {
  unicode: string;
  label: string;
  tags?: string[];
  group?: number;
}
