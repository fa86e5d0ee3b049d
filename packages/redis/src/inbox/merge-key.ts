/**
 * Returns the merge key of an event. A newer event replaces an event with the same merge key in an
 * inbox. The key is empty for a message, and `o` for an event that replaces no other. The key of a
 * mark is followed by a blank and the message id, so that a later mark replaces the mark in the
 * inbox, and an earlier mark is dropped. A recall has the same key as an edit, so that the inbox
 * does not keep the text of a recalled message.
 */
export function mergeKey(event: Readonly<Record<string, unknown>>): string {
  const { kind, chat, id, user, emoji, group, change, delivered, read } = event;
  switch (kind) {
    case 'message':
      return '';
    case 'mark':
      if (typeof read === 'number' && delivered === undefined) return `r:${chat}:${user} ${read}`;
      return typeof delivered === 'number' && read === undefined ? `d:${chat}:${user} ${delivered}` : 'o';
    case 'edit':
    case 'recall':
      return `edit:${chat}:${id}`;
    case 'pin':
      return `pin:${chat}:${id}`;
    case 'react':
      return `react:${chat}:${id}:${user}:${encodeURIComponent(String(emoji))}`;
    case 'vote':
      return `vote:${chat}:${id}:${user}`;
    case 'profile':
      return `profile:${user}`;
    case 'chat':
      return `chat:${chat}:${change}`;
    case 'group':
      return change === 'updated' ? `group:${group}` : 'o';
    default:
      return 'o';
  }
}

/** Parses the JSON of an event. Returns an empty object if the string is not a JSON object. */
export function parseEvent(text: string): Readonly<Record<string, unknown>> {
  try {
    const event: unknown = JSON.parse(text);
    return typeof event === 'object' && event !== null ? (event as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
