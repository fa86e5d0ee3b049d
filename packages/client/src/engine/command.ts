import type { Accepted, Change, Mark, Outgoing } from '../state/change.ts';
import type { AckedFrame } from './context.ts';
import type { FinalContent } from './stream-sender.ts';

/**
 * A method call of the app. The leading tab, which holds the connection, executes it. Idempotent,
 * because it is repeated if another tab becomes the leader.
 */
export type Command =
  | { do: 'send'; entry: Outgoing }
  | { do: 'discard'; ref: string }
  | { do: 'mark'; chat: number; mark: Mark }
  | { do: 'typing'; chat: number; active: boolean; state?: string | undefined }
  | { do: 'watch'; users: number[] }
  | { do: 'focus'; chat: number | null }
  /** Reads the names of these users from the api. */
  | { do: 'name'; users: number[] }
  /**
   * Sends a frame and waits for its acknowledgement. If the frame sends a message, the
   * acknowledgement contains the message id.
   */
  | { do: 'request'; frame: AckedFrame }
  /** Appends text to a message that the user streams. */
  | { do: 'append'; chat: number; id: number; index: number; text: string }
  /** Completes it. */
  | ({ do: 'end'; chat: number; id: number } & FinalContent)
  /** Adds chats or messages from the api to the state. */
  | { do: 'load'; change: Extract<Change, { type: 'chats' | 'messages' }> }
  | { do: 'wake'; networkChanged: boolean }
  /** Reconnects now, even if the connection has ended. */
  | { do: 'start' };

/** Runs commands. */
export interface CommandRunner {
  /**
   * Executes a command. Resolves when it is done; a `send` resolves with the acknowledgement of the
   * message.
   */
  run(command: Command, tab?: string): Promise<Accepted | undefined>;
  /** Saves the state and closes the connection. */
  stop(): Promise<void>;
}
