import type { Change, Mark, Outgoing } from '../state/change.ts';
import type { Accepted } from '../state/state.ts';
import type { Askable } from './part.ts';

/** What an app asks of the client that holds the connection, be it in this tab or another. Each may be given twice. */
export type Command =
  | { do: 'send'; entry: Outgoing }
  | { do: 'discard'; ref: string }
  | { do: 'mark'; chat: number; mark: Mark }
  | { do: 'typing'; chat: number; active: boolean }
  | { do: 'watch'; users: number[] }
  | { do: 'focus'; chat: number | null }
  /** Sends a frame and waits for its acknowledgement. */
  | { do: 'ask'; frame: Askable }
  /** Takes what was read from the api. */
  | { do: 'load'; change: Extract<Change, { type: 'chats' | 'messages' }> }
  | { do: 'wake'; moved: boolean }
  /** Comes back now, also when it had ended. */
  | { do: 'start' };

/** Carries commands out. */
export interface Core {
  /** Resolves once it is done: of what is acknowledged, once it is; a `send` with what became of the message. */
  run(command: Command, tab?: string): Promise<Accepted | undefined>;
  /** Lets the connection go. What was to be kept is kept. */
  stop(): Promise<void>;
}
