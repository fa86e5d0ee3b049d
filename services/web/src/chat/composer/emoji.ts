import en from 'emojibase-data/en/compact.json?url';
import zh from 'emojibase-data/zh/compact.json?url';
import type { Language } from '../../core/i18n.ts';
import { localStore } from '../../core/local-store.ts';

/** Maximum number of recently used emoji that the browser stores. */
const MAX_RECENT = 24;

/**
 * The groups of emojibase in the order of the picker. The group `component` is missing, because it
 * contains only parts of emoji.
 */
const GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9];

/** Loads all emoji, grouped, with their search words in one language. */
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

/** Returns the recently used emoji, the latest first. */
export function recentEmoji(): string[] {
  return (localStore.get('emoji') ?? '').split(' ').filter(Boolean);
}

/** Stores an emoji as recently used. */
export function storeRecentEmoji(emoji: string): void {
  const recent = [emoji, ...recentEmoji().filter((each) => each !== emoji)];
  localStore.set('emoji', recent.slice(0, MAX_RECENT).join(' '));
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
