import type { ChatMessage } from '@parley/client';

/** Maximum number of buttons of a message, and of characters of each name and label. */
const MAX_BUTTONS = 8;
const MAX_LENGTH = 64;

/**
 * Returns the buttons that the sender of a message offers: the `actions` of its custom data, or of
 * the data of its body `custom`. Ignores invalid entries, because any sender can write them. While
 * the text of a message grows, returns only the button `stop`, and afterwards all others.
 */
export function actionsOf({ custom, body, streaming }: Sent): MessageAction[] {
  const data: { actions?: unknown } = body?.type === 'custom' ? body.data : (custom ?? {});
  const actions = Array.isArray(data.actions) ? data.actions : [];
  return actions
    .filter(isAction)
    .slice(0, MAX_BUTTONS)
    .filter(({ action }) => (action === 'stop') === (streaming === true));
}

function isAction(value: unknown): value is MessageAction {
  const { action, label } = (value ?? {}) as Record<string, unknown>;
  return isName(action) && isName(label);
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_LENGTH;
}

/** A button of a message. */
export interface MessageAction {
  /** Name of the action, which the sender of the message receives. */
  action: string;
  label: string;
}

type Sent = Pick<ChatMessage, 'body' | 'custom' | 'streaming'>;
