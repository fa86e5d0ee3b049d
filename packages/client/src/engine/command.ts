import type { ClientFrame } from '@parley/protocol';
import type { Change, Mark, Outgoing } from '../state/change.ts';

/** What an app asks of the client that holds the connection, be it in this tab or another. Each may be given twice. */
export type Command =
  | { do: 'send'; entry: Outgoing }
  | { do: 'discard'; ref: string }
  | { do: 'mark'; chat: number; mark: Mark }
  | { do: 'typing'; chat: number; active: boolean }
  | { do: 'watch'; users: number[] }
  | { do: 'focus'; chat: number | null }
  /** Sends a frame and waits for its acknowledgement. */
  | { do: 'ask'; frame: Question }
  /** Takes what was read from the api. */
  | { do: 'load'; change: Extract<Change, { type: 'chats' | 'messages' }> }
  | { do: 'wake'; moved: boolean };

/** A frame that is acknowledged; it may be sent twice, for carrying it out again changes nothing. */
export type Question = Extract<ClientFrame, { type: 'mark' | 'recall' | 'edit' | 'react' | 'auth' }>;

/** Carries commands out. */
export interface Core {
  /** Resolves once it is done as far as it can be told: of a question once it is acknowledged. */
  run(command: Command, tab?: string): Promise<void>;
  /** Lets the connection go. What was to be kept is kept. */
  stop(): Promise<void>;
}
