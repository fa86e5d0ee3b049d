import type { ClientFrame, FrameOf } from '@parley/protocol';
import { readFence, sendControl } from '@parley/redis';
import type { Connection } from '../connection/connection.ts';
import { ackFrame, errorFrame } from '../frames.ts';
import type { Gateway } from '../start-gateway.ts';
import { auth, checkFresh } from './auth.ts';
import { edit, react, recall } from './change.ts';
import type { Caller } from './frame-sender.ts';
import { mark } from './mark.ts';
import { received } from './received.ts';
import { Refusal } from './refusal.ts';
import { send } from './send.ts';
import { typing } from './typing.ts';
import { watch } from './watch.ts';

/** Frames that say something about the connection they come over. */
export const connectionCommands: { [Type in ConnectionFrame]: Command<Type, Connection> } = {
  focus: async (_gateway, connection, { chat }) => {
    connection.focus = chat;
    return undefined;
  },
  watch,
  auth,
};

/** Frames that anyone who is signed in may send, over whatever. */
export const callerCommands: { [Type in Exclude<ClientFrame['type'], ConnectionFrame>]: Command<Type, Caller> } = {
  send,
  mark,
  recall,
  edit,
  react,
  received,
  typing,
  ping: async (_gateway, _caller, { ref }) => JSON.stringify({ type: 'pong', ref }),
};

const commands = { ...connectionCommands, ...callerCommands } as AnyCommands;

/** Frames whose success is acknowledged only if they carry a ref are; these never are. */
const silent = new Set<string>(['received', 'typing', 'focus', 'watch']);

/** Carries out a frame of a connection and resolves with the text of its reply, if there is one. Never rejects. */
export function carryOut(gateway: Gateway, connection: Connection, frame: ClientFrame): Promise<string | undefined> {
  const command = gateway.config.sessionPolicy === 'single' ? ifNewest : commands[frame.type];
  return run(gateway, connection, frame, command);
}

/** Carries out a frame of a user's newest connection; another is closed, though this gateway may not have heard of the newest. */
const ifNewest: Command<ClientFrame['type'], Connection> = async (gateway, connection, frame) => {
  const { number } = await readFence(gateway.link, connection.user.id);
  if (number <= connection.number) return commands[frame.type]?.(gateway, connection, frame);
  connection.close('replaced', 'replaced by a newer connection');
  throw new Refusal('forbidden', 'There is a newer connection');
};

/** The same for a frame that came without a connection; what concerns one goes to those of the same device. */
export function carryOutAlone(gateway: Gateway, caller: Caller, frame: ClientFrame): Promise<string | undefined> {
  if (gateway.config.sessionPolicy === 'single') return run(gateway, caller, frame, ifSession);
  return run(gateway, caller, frame, commandAlone(frame));
}

/** Without a connection, the session tells whose the newest is. */
const ifSession: Command<ClientFrame['type'], Caller> = async (gateway, caller, frame) => {
  const { session } = await readFence(gateway.link, caller.user.id);
  if (session !== '' && session !== caller.session) throw new Refusal('forbidden', 'There is a newer connection');
  return commandAlone(frame)(gateway, caller, frame);
};

function commandAlone(frame: ClientFrame): Command<ClientFrame['type'], Caller> {
  const command = frame.type in connectionCommands ? handOver : (callerCommands as AnyCommands)[frame.type];
  return command as Command<ClientFrame['type'], Caller>;
}

const handOver: Command<ClientFrame['type'], Caller> = async (gateway, { user, device }, frame) => {
  if (frame.type === 'auth') await checkFresh(gateway, user.id, frame.token);
  await sendControl(gateway.link, user.id, { do: 'frame', device, frame });
  return undefined;
};

async function run<Who extends Caller>(
  gateway: Gateway,
  caller: Who,
  frame: ClientFrame,
  command: Command<ClientFrame['type'], Who> | undefined,
): Promise<string | undefined> {
  const { load } = gateway;
  // A sign of life, or a token that keeps the connection, is no work; and that is said when there is too much of it.
  const work = frame.type !== 'ping' && frame.type !== 'auth';
  const place = work ? load.take(caller.user.id) : undefined;
  if (work && !place) return errorFrame(frame.ref, 'unavailable', 'This gateway has too much to do', load.retryAfter);
  try {
    if (!command) throw new Refusal('bad-frame', `type: ${frame.type} is not served here`);
    const reply = await command(gateway, caller, frame);
    if (typeof reply === 'string') return reply;
    return frame.ref === undefined || silent.has(frame.type) ? undefined : ackFrame(frame.ref);
  } catch (error) {
    gateway.counters.refused += 1;
    if (error instanceof Refusal) return errorFrame(frame.ref, error.code, error.detail, error.retryAfter);
    // Whether Redis carried it out is not known; the same frame may be sent again.
    gateway.log.warn({ err: error, connection: caller.id, frame: frame.type }, 'cannot carry out a frame');
    return errorFrame(frame.ref, 'unavailable');
  } finally {
    if (place) load.done(place);
  }
}

/** Resolves with the text of the reply; with nothing when an acknowledgement says it all. Throws refusals. */
export type Command<Type extends ClientFrame['type'], Who> = (
  gateway: Gateway,
  caller: Who,
  frame: FrameOf<Type>,
) => Promise<string | undefined>;

type AnyCommands = Record<string, Command<ClientFrame['type'], Connection> | undefined>;

type ConnectionFrame = 'focus' | 'watch' | 'auth';
