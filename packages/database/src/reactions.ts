/**
 * Who reacted with what, as it lies in `messages.reactions`: emoji -> user -> when, negative once taken back. The time
 * is kept so that of two changes by the same user the newer wins, whichever is recorded first.
 */
export type Reactions = Record<string, Record<string, number>>;

/** The reactions that hold, in the order in which each emoji was first used; users in the order they reacted. */
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
