import type { Accepted, Change, Mark, Outgoing } from '../state/change.ts';
import type { AckedFrame } from './context.ts';
import type { FinalContent } from './stream-sender.ts';

/**
 * A call of the app that the tab with the connection runs. Idempotent, because it is repeated if
 * another tab becomes the leader.
 */
export type Command =
  | { do: 'send'; entry: Outgoing }
  | { do: 'discard'; ref: string }
  | { do: 'mark'; chat: number; mark: Mark }
  | { do: 'typing'; chat: number; active: boolean; state?: string | undefined }
  | { do: 'watch'; users: number[] }
  | { do: 'focus'; chat: number | null }
  /** Reads the names of users from the api. */
  | { do: 'name'; users: number[] }
  /** Sends a frame and waits for its acknowledgement, which has an id if it sends a message. */
  | { do: 'request'; frame: AckedFrame }
  /** Adds text to a streamed message of the user. */
  | { do: 'append'; chat: number; id: number; index: number; text: string }
  /** Completes it. */
  | ({ do: 'end'; chat: number; id: number } & FinalContent)
  /** Applies data that was read from the api. */
  | { do: 'load'; change: Extract<Change, { type: 'chats' | 'messages' }> }
  | { do: 'wake'; networkChanged: boolean }
  /** Reconnects now, also after the connection has ended. */
  | { do: 'start' };

/** Runs commands. */
export interface CommandRunner {
  /**
   * Resolves when the command is done or acknowledged. A `send` resolves with the acknowledgement.
   */
  run(command: Command, tab?: string): Promise<Accepted | undefined>;
  /** Saves the state and closes the connection. */
  stop(): Promise<void>;
}
