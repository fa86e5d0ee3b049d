import { type ClientFrame, type FrameOf, limits, parseJson, readFrame } from '@parley/protocol';
import { readFence, sendControl, takeTokens } from '@parley/redis';
import { ackFrame, errorFrame } from '../frames.ts';
import { checkToken } from './auth.ts';
import type { Command, CommandDeps, ConnectionCommand } from './command.ts';
import { connectionCommands, isUnacknowledged, senderCommands } from './command-table.ts';
import { errorReply } from './error-reply.ts';
import type { FrameSender, SenderConnection } from './frame-sender.ts';
import { Refusal } from './refusal.ts';

/** Cost of opening a connection under the rate limit on frames, as a number of frames. */
const OPENING_FRAMES = 5;

/** Parses, admits and runs the client frames of every transport. */
export class FrameHandler {
  readonly #deps: CommandDeps;

  constructor(deps: CommandDeps) {
    this.#deps = deps;
  }

  /** Parses a client's message, runs its frame and sends the reply. Never rejects. */
  async receive(connection: SenderConnection, message: Buffer, isBinary: boolean): Promise<void> {
    const value = this.parse(connection, message, isBinary);
    if (value === undefined) return;
    const reading = readFrame(value);
    // Waits for the welcome, which is sent before the first reply. If the connection is refused,
    // its frames do not run.
    if (connection.opening) await connection.opening;
    if (!reading.ok) {
      this.#deps.counters.refuse('bad-frame');
      return connection.reply(errorFrame(reading.ref, 'bad-frame', reading.message));
    }
    if (connection.closed) return;
    const { frame } = reading;
    const sent = isMessage(frame);
    if (sent) connection.beginSend(frame.ref);
    const reply = await this.run(connection, frame);
    if (reply === undefined) return;
    if (sent) connection.endSend(frame.ref, reply);
    else connection.reply(reply);
  }

  /**
   * Parses a client's message. Closes the connection and returns undefined if the message is
   * binary, too large, not JSON, or exceeds the rate limit. If the JSON is nested too deeply, sends
   * an error frame and returns undefined.
   */
  parse(connection: SenderConnection, message: Buffer, isBinary: boolean): unknown {
    if (connection.closed) return undefined;
    const { clock, counters, localRates } = this.#deps;
    connection.alive();
    counters.frames += 1;
    if (isBinary) return connection.close('protocolError', 'frames are text');
    if (message.byteLength > limits.frameBytes) return connection.close('frameTooLarge', 'frame too large');
    if (!connection.user.budget.takeFrame(1, message.byteLength, clock.now, localRates))
      return connection.close('tooManyFrames', 'too many frames');
    const json = parseJson(message.toString());
    if (json.ok) return json.value;
    if (json.reason === 'syntax') return connection.close('protocolError', 'not JSON');
    counters.refuse('bad-frame');
    return connection.reply(errorFrame(json.ref, 'bad-frame', json.message));
  }

  /**
   * Charges a user for opening a connection, which costs as much as `OPENING_FRAMES` frames.
   * Returns the ms until a retry if the user opens connections too fast, or reads too many bytes of
   * the inbox with them. Returns 0 if the connection is admitted.
   */
  admitOpening(user: FrameSender['user']): number {
    const { clock, localRates } = this.#deps;
    const wait = user.msUntilRead(clock.now, localRates);
    if (wait > 0) return wait;
    return user.budget.takeFrame(OPENING_FRAMES, 0, clock.now, localRates) ? 0 : 1000;
  }

  /**
   * Charges a user for a frame of an HTTP request. Resolves with undefined if the frame is
   * admitted, or with the ms until a retry if the user has reached the rate limit. Rejects if Redis
   * is unavailable.
   *
   * @param bytes size of the frame
   */
  async admitRequest(user: number, bytes: number): Promise<number | undefined> {
    const { redis, localRates } = this.#deps;
    const { frames, frameBytes } = localRates;
    const size = Math.min(bytes, frameBytes.burst);
    const [frameGrant, bytesGrant] = await Promise.all([
      takeTokens(redis, 'frames', user, frames),
      takeTokens(redis, 'frame-bytes', user, frameBytes, size, size),
    ]);
    const after = Math.max(frameGrant.after, bytesGrant.after);
    return after === 0 ? undefined : after;
  }

  /**
   * Runs a frame. Resolves with its reply as JSON, or with undefined if the frame has no reply.
   * Never rejects.
   */
  async run(sender: FrameSender, frame: ClientFrame): Promise<string | undefined> {
    const { hookGate } = this.#deps;
    if (!hookGate?.covers(frame)) return await this.#admitAndRun(sender, frame);
    // Calls the hook before admission control, so that a frame that waits for the hook does not
    // count as in flight.
    try {
      return await hookGate.pass(sender, frame, (allowed) => this.#admitAndRun(sender, allowed));
    } catch (error) {
      return errorReply(this.#deps, sender, frame, error);
    }
  }

  async #admitAndRun(sender: FrameSender, frame: ClientFrame): Promise<string | undefined> {
    const { admission, counters } = this.#deps;
    // `ping` and `auth` frames bypass admission control, because they cost little and keep the
    // connection open.
    const exempt = frame.type === 'ping' || frame.type === 'auth';
    const refused = exempt ? undefined : this.#deps.storeGuard.refuse(frame);
    if (refused) {
      counters.refuse(refused.reason);
      return errorFrame(frame.ref, 'unavailable', refused.detail, refused.retryAfter);
    }
    const slot = exempt ? undefined : admission.admit(sender.user.id);
    if (!exempt && !slot) {
      counters.refuse('overload');
      return errorFrame(frame.ref, 'unavailable', 'The server is overloaded', admission.retryAfter);
    }
    try {
      if (this.#deps.config.sessionPolicy === 'single') await this.#checkNewest(sender);
      const reply = await this.#dispatch(sender, frame);
      if (typeof reply === 'string') return reply;
      return frame.ref === undefined || isUnacknowledged(frame) ? undefined : ackFrame(frame.ref);
    } catch (error) {
      return errorReply(this.#deps, sender, frame, error);
    } finally {
      if (slot) admission.release(slot);
    }
  }

  /**
   * Runs a frame that another gateway received for a device whose connection is at this gateway.
   */
  async runForwarded(connection: SenderConnection, frame: ClientFrame): Promise<void> {
    await connection.opening;
    if (!connection.closed) await this.run(connection, frame);
  }

  #dispatch(sender: FrameSender, frame: ClientFrame): Promise<string | undefined> {
    const command = senderCommands[frame.type as keyof typeof senderCommands] as AnyCommand | undefined;
    if (command) return command(this.#deps, sender, frame);
    const { connection } = sender;
    if (!connection) return this.#forward(sender, frame);
    const onConnection = connectionCommands[frame.type as keyof typeof connectionCommands] as AnyConnectionCommand;
    return onConnection(this.#deps, connection, frame);
  }

  /**
   * Forwards a frame that changes a connection to all connections of the sender's device, on every
   * gateway.
   */
  async #forward({ user, device }: FrameSender, frame: ClientFrame): Promise<undefined> {
    if (frame.type === 'auth') await checkToken(this.#deps, user.id, frame.token);
    await sendControl(this.#deps.redis, user.id, { do: 'frame', device, frame });
  }

  /**
   * Throws a `Refusal` if the user has a newer connection on another gateway, even if this gateway
   * has not been notified of it yet.
   */
  async #checkNewest({ user, connection, session }: FrameSender): Promise<void> {
    const newest = await readFence(this.#deps.redis, user.id);
    const replaced = connection
      ? newest.number > connection.number
      : newest.session !== '' && newest.session !== session;
    if (!replaced) return;
    connection?.close('replaced', 'replaced by a newer connection');
    throw new Refusal('forbidden', 'A newer connection has replaced this one.');
  }
}

/**
 * Returns whether a frame sends a message, of which the sender then receives a copy as an event.
 */
function isMessage(frame: ClientFrame): frame is FrameOf<'send'> | Extract<FrameOf<'stream'>, { op: 'start' }> {
  return frame.type === 'send' || (frame.type === 'stream' && frame.op === 'start');
}

type AnyCommand = Command<ClientFrame['type']>;
type AnyConnectionCommand = ConnectionCommand<ClientFrame['type']>;
