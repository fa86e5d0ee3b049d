import type { ClientFrame, FrameOf } from '@parley/protocol';
import type { Connection } from '../connection.ts';
import { ackFrame, errorFrame } from '../frames.ts';
import type { Gateway } from '../gateway.ts';
import { auth } from './auth.ts';
import { mark } from './mark.ts';
import { received } from './received.ts';
import { Refusal } from './refusal.ts';
import { send } from './send.ts';
import { typing } from './typing.ts';
import { watch } from './watch.ts';

/**
 * What each frame does. A command answers with the text of its reply, or nothing when there is none; one that is only carried
 * out or refused is answered here.
 */
const commands: { [Type in ClientFrame['type']]?: Command<Type> } = {
  send,
  mark: acknowledged(mark),
  received,
  typing,
  focus: (_gateway, connection, { chat }) => {
    connection.focus = chat;
    return undefined;
  },
  watch,
  auth: acknowledged(auth),
  ping: (_gateway, _connection, { ref }) => JSON.stringify({ type: 'pong', ref }),
};

/** Carries out a frame of a connection and sends its reply. Never throws. */
export function carryOut(gateway: Gateway, connection: Connection, frame: ClientFrame): void {
  const command = commands[frame.type] as Command<ClientFrame['type']> | undefined;
  try {
    if (!command) throw new Refusal('bad-frame', `type: ${frame.type} is not served here`);
    const reply = command(gateway, connection, frame);
    if (typeof reply === 'string') connection.reply(reply);
    else
      reply
        ?.then((text) => text !== undefined && connection.reply(text))
        .catch((error) => refuse(gateway, connection, frame, error));
  } catch (error) {
    refuse(gateway, connection, frame, error);
  }
}

function acknowledged<Type extends ClientFrame['type']>(
  command: (gateway: Gateway, connection: Connection, frame: FrameOf<Type>) => Promise<void>,
): Command<Type> {
  return async (gateway, connection, frame) => {
    await command(gateway, connection, frame);
    return frame.ref === undefined ? undefined : ackFrame(frame.ref);
  };
}

function refuse(gateway: Gateway, connection: Connection, frame: ClientFrame, error: unknown): void {
  gateway.counters.refused += 1;
  if (error instanceof Refusal)
    return connection.reply(errorFrame(frame.ref, error.code, error.detail, error.retryAfter));
  // Whether Redis carried it out is not known; the same frame may be sent again.
  gateway.log.warn({ err: error, connection: connection.id, frame: frame.type }, 'cannot carry out a frame');
  connection.reply(errorFrame(frame.ref, 'unavailable'));
}

export type Command<Type extends ClientFrame['type']> = (
  gateway: Gateway,
  connection: Connection,
  frame: FrameOf<Type>,
) => string | undefined | Promise<string | undefined>;
