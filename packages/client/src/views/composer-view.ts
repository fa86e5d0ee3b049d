import type { ParleyError } from '../error.ts';
import type { ChatMessage } from '../message.ts';
import type { Parley, SendOptions } from '../parley.ts';
import { isConnected } from './connection-view.ts';
import { ValueView } from './view.ts';

/** The message that the user is writing in a chat. */
export interface Composer {
  readonly text: string;
  /** The message that the user replies to. */
  readonly replyTo: ChatMessage | undefined;
  /** The user's own message that is being edited. */
  readonly editing: ChatMessage | undefined;
  /**
   * Reason why the last edit failed. If the server refuses a new message, the message is shown as
   * `failed` instead.
   */
  readonly error: ParleyError | undefined;
  /** Sets the text, and notifies the other participants that the user is typing. */
  setText(text: string): void;
  /** Sets the message that the user replies to. Undefined: none. */
  reply(message: ChatMessage | undefined): void;
  /**
   * Starts to edit a text message of the user. Undefined: cancels the edit and restores the text
   * from before.
   */
  edit(message: ChatMessage | undefined): void;
  /**
   * Sends the message or saves the edit, and clears the composer. No-op if the text is blank. Never
   * rejects.
   */
  send(more?: SendOptions): Promise<void>;
}

const empty = { text: '', replyTo: undefined, editing: undefined, error: undefined };

/** Composer to show while no chat is open. */
export const noComposer: Composer = {
  ...empty,
  setText: () => {},
  reply: () => {},
  edit: () => {},
  send: async () => {},
};

/**
 * Creates the view of the message that the user is writing in a chat. `setText` calls the listeners
 * before it returns, so that the cursor of an input field stays where it is.
 *
 * @param released called when the composer is empty and no component shows it
 */
export function composerView(parley: Parley, chat: number, released: () => void): ValueView<Composer> {
  /** Text of the composer from before an edit. */
  let draft = '';

  const update = (change: Partial<Composer>) => view.set({ ...view.get(), ...change });
  const type = (active: boolean) => {
    if (isConnected(parley)) parley.typing(chat, active);
  };
  const setText = (text: string) => {
    const { text: before, editing } = view.get();
    if (text === before) return;
    update({ text });
    if (!editing) type(text !== '');
  };
  const edit = (message: ChatMessage | undefined) => {
    const { editing, text } = view.get();
    if (!editing) draft = text;
    const body = message?.body;
    if (message && body?.type !== 'text') return;
    update({ editing: message, text: body?.type === 'text' ? body.text : draft, error: undefined, replyTo: undefined });
  };
  const send = async (more: SendOptions = {}): Promise<void> => {
    const { text, replyTo, editing } = view.get();
    if (text.trim() === '' || !isConnected(parley)) return;
    if (editing) return saveEdit(editing, text);
    update(empty);
    // Ignores the error, because a message that the server refuses is shown as failed.
    await parley.send(chat, text, { ...(replyTo?.id && { replyTo: replyTo.id }), ...more }).catch(() => {});
  };
  const saveEdit = async (message: ChatMessage, text: string): Promise<void> => {
    edit(undefined);
    try {
      await parley.edit(chat, message.id ?? 0, { type: 'text', text }, message.custom);
    } catch (reason) {
      // Restores the edit only if the user has not started to write other text.
      const { text: now, editing } = view.get();
      if (!isConnected(parley)) return;
      if (editing || now !== draft) update({ error: reason as ParleyError });
      else update({ editing: message, text, error: reason as ParleyError });
    }
  };

  const view: ValueView<Composer> = new ValueView<Composer>(
    { ...empty, setText, edit, send, reply: (replyTo) => update({ replyTo }) },
    () => {
      const { text, editing, replyTo } = view.get();
      if (text !== '') type(false);
      if (text === '' && !editing && !replyTo) released();
    },
  );
  return view;
}
