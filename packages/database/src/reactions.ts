/**
 * The value of `messages.reactions`: maps emoji -> user -> date of the reaction. A removed reaction
 * has a negative date. Of two changes by the same user, the one with the later date wins, whatever
 * the order in which they are recorded.
 */
export type Reactions = Record<string, Record<string, number>>;

/**
 * Returns the active reactions of a message, by emoji in the order of first use. The users of an
 * emoji are in the order in which they reacted.
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
