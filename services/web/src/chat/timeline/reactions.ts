import type { Message } from '@parley/protocol';

/** Returns the reactions of a message after a user has added (`active`) or removed an emoji. */
export function reactions(before: Message['reactions'], emoji: string, user: number, active: boolean) {
  const all = before?.some((each) => each.emoji === emoji) ? before : [...(before ?? []), { emoji, users: [] }];
  return all
    .map((each) => {
      if (each.emoji !== emoji) return each;
      const users = each.users.filter((id) => id !== user);
      return { emoji, users: active ? [...users, user] : users };
    })
    .filter(({ users }) => users.length > 0);
}
