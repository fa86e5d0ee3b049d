import type { ClientFrame } from '@parley/protocol';
import { pongFrame } from '../frames.ts';
import { action } from './action.ts';
import { auth } from './auth.ts';
import type { Command, ConnectionCommand } from './command.ts';
import { edit } from './edit.ts';
import { focus } from './focus.ts';
import { hide } from './hide.ts';
import { mark } from './mark.ts';
import { pin } from './pin.ts';
import { react } from './react.ts';
import { recall } from './recall.ts';
import { received } from './received.ts';
import { send } from './send.ts';
import { stream } from './stream.ts';
import { typing } from './typing.ts';
import { watch } from './watch.ts';

/** Commands by type of frame, for frames that a client can also send without a connection. */
export const senderCommands: { [Type in Exclude<ClientFrame['type'], ConnectionFrame>]: Command<Type> } = {
  send,
  mark,
  recall,
  edit,
  react,
  pin,
  hide,
  action,
  received,
  typing,
  stream,
  ping: async (_deps, _sender, { ref }) => pongFrame(ref),
};

/** Commands by type of frame, for frames that change the sender's connection. */
export const connectionCommands: { [Type in ConnectionFrame]: ConnectionCommand<Type> } = {
  focus,
  watch,
  auth,
};

/** Returns whether the gateway never acknowledges a frame, even if the frame has a `ref`. */
export function isUnacknowledged(frame: ClientFrame): boolean {
  return unacknowledged.has(frame.type) || (frame.type === 'stream' && frame.op === 'append');
}

const unacknowledged: ReadonlySet<ClientFrame['type']> = new Set(['received', 'typing', 'focus', 'watch']);

type ConnectionFrame = 'focus' | 'watch' | 'auth';
