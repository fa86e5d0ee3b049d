/**
 * The value of `messages.reactions`: emoji -> user -> date, negative after removal. The date
 * decides which of two changes by a user is newer, in any order of recording.
 */
export type Reactions = Record<string, Record<string, number>>;

/**
 * Returns the active reactions: emoji in the order of their first use, users in the order in which
 * they reacted.
 */
export function activeReactions(reactions: Reactions | null): { emoji: string; users: number[] }[] {
  return Object.entries(reactions ?? {})
    .map(([emoji, dates]) => ({
      emoji,
      dates: Object.entries(dates)
        .filter(([, date]) => date > 0)
        .sort((a, b) => a[1] - b[1]),
    }))
    .filter(({ dates }) => dates.length > 0)
    .sort((a, b) => (a.dates[0]?.[1] ?? 0) - (b.dates[0]?.[1] ?? 0))
    .map(({ emoji, dates }) => ({ emoji, users: dates.map(([user]) => Number(user)) }));
}
