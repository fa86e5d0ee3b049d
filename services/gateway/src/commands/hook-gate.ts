import { type Body, type ClientFrame, type FrameOf, type HookEvent, limits } from '@parley/protocol';
import type { Hooks } from '@parley/service';
import { changedAckFrame } from '../frames.ts';
import type { LocalUser } from '../users/local-user.ts';
import type { FrameSender } from './frame-sender.ts';
import { Refusal } from './refusal.ts';

/**
 * Calls the hooks (HTTP endpoints of the operator that can refuse or change content) before a
 * message is sent or edited, and before a streamed message starts or ends. The frames of one sender
 * wait in a queue. This keeps their order, and a slow hook delays no other sender.
 */
export class HookGate {
  readonly #hooks: Pick<Hooks, 'covers' | 'ask'>;
  readonly #deps: HookGateDeps;
  readonly #queues = new WeakMap<FrameSender, Queue>();

  constructor(hooks: Pick<Hooks, 'covers' | 'ask'>, deps: HookGateDeps) {
    this.#hooks = hooks;
    this.#deps = deps;
  }

  /** True if a hook checks the final text of streamed messages. */
  get coversEnds(): boolean {
    return this.#hooks.covers('message.edit');
  }

  /** Returns whether a hook checks this type of frame. */
  covers(frame: ClientFrame): frame is AskedFrame {
    const event = eventOf(frame);
    return event !== undefined && this.#hooks.covers(event);
  }

  /**
   * Calls the hooks and runs the frame with their changes. Resolves with the reply. Throws a
   * `Refusal` if a hook refuses the frame or does not reply.
   */
  async pass(sender: FrameSender, frame: AskedFrame, run: Run): Promise<string | undefined> {
    const queue = this.#queues.get(sender) ?? { length: 0, last: Promise.resolve() };
    if (queue.length >= limits.inFlight)
      throw new Refusal('too-many', `At most ${limits.inFlight} messages may be unacknowledged.`, 1000);
    this.#queues.set(sender, queue);
    queue.length += 1;
    const result = queue.last.then(() => this.#askAndRun(sender, frame, run));
    queue.last = result.then(
      () => {},
      () => {},
    );
    try {
      return await result;
    } finally {
      queue.length -= 1;
    }
  }

  async #askAndRun(sender: FrameSender, frame: AskedFrame, run: Run): Promise<string | undefined> {
    try {
      return await this.#askAndRunNew(sender, frame, run);
    } catch (error) {
      const message = messageOf(frame);
      const resent = message && (await this.#deps.replyToResend(sender, message, error));
      if (resent === undefined) throw error;
      return resent;
    }
  }

  async #askAndRunNew({ user }: FrameSender, frame: AskedFrame, run: Run): Promise<string | undefined> {
    await this.#deps.requirePermit(user, 'to' in frame ? frame.to : frame.chat);
    const content = await this.#contentOf(user, frame);
    if (!content) return await run(frame);
    const verdict = await this.#hooks.ask(eventOf(frame) as HookEvent, user.id, { from: user.id, ...content });
    const ends = frame.type === 'stream' && frame.op === 'end';
    if (verdict.is === 'refused') {
      if (ends) await this.#deps.endWithFirstText(user, frame);
      throw new Refusal('refused', verdict.message);
    }
    if (verdict.is === 'unavailable')
      throw new Refusal('unavailable', 'The server cannot check its rules now. Try again later', verdict.retryAfter);
    // Passes the body that the hook has checked, because another device might have appended more
    // text since.
    if (verdict.body === undefined && verdict.custom === undefined)
      return await run(ends ? { ...frame, body: content.body } : frame);
    const { body = content.body, custom = frame.custom } = verdict;
    const { custom: _, ...rest } = frame;
    const opens = frame.type === 'stream' && frame.op === 'start';
    if (opens && body.type !== 'text') throw new Refusal('refused');
    const changed = opens ? { text: body.type === 'text' ? body.text : '' } : { body };
    const reply = await run({ ...rest, ...changed, ...(custom && { custom }) } as AskedFrame);
    const sent = frame.type === 'send' || opens;
    return sent && reply !== undefined ? changedAckFrame(reply, body, custom ?? null) : reply;
  }

  /**
   * Returns the content that the hooks check. Undefined if the frame ends a stream that has already
   * ended.
   */
  async #contentOf(user: LocalUser, frame: AskedFrame): Promise<Content | undefined> {
    if (frame.type !== 'stream') {
      const { type: _, ...content } = frame;
      return content;
    }
    if (frame.op === 'start') {
      const { type: _, op: __, text = '', ...content } = frame;
      return { ...content, body: { type: 'text', text }, streaming: true };
    }
    const { type: _, op: __, body, ...content } = frame;
    const text = await this.#deps.readStreamed(user, frame);
    if (text === undefined) return undefined;
    return { ...content, body: body ?? { type: 'text', text }, streaming: false };
  }
}

/** Returns the message that a frame sends, also as the start of a stream. */
function messageOf(frame: AskedFrame): FrameOf<'send'> | undefined {
  if (frame.type === 'send') return frame;
  if (frame.type !== 'stream' || frame.op !== 'start') return undefined;
  const { op: _, text = '', ...rest } = frame;
  return { ...rest, type: 'send', body: { type: 'text', text } };
}

function eventOf(frame: ClientFrame): HookEvent | undefined {
  if (frame.type === 'send') return 'message.send';
  if (frame.type === 'stream')
    return frame.op === 'start' ? 'message.send' : frame.op === 'end' ? 'message.edit' : undefined;
  return frame.type === 'edit' ? 'message.edit' : undefined;
}

export interface HookGateDeps {
  /** Throws a `Refusal` if the user is not allowed to write to the chat. */
  requirePermit(user: LocalUser, chat: number): Promise<void>;
  /**
   * Returns the `ack` of a message that is refused now, but was accepted when it was first sent.
   * Undefined for other messages.
   */
  replyToResend(sender: FrameSender, frame: FrameOf<'send'>, refusal: unknown): Promise<string | undefined>;
  /**
   * Returns the text so far of a message that the user streams. Undefined if the stream has ended.
   */
  readStreamed(user: LocalUser, of: { chat: number; id: number }): Promise<string | undefined>;
  /**
   * Ends a message that the user streams, and resets its content to the first text. No-op if the
   * stream has ended.
   */
  endWithFirstText(user: LocalUser, of: { chat: number; id: number }): Promise<void>;
}

type Content = { body: Body } & Record<string, unknown>;

type AskedFrame = FrameOf<'send'> | FrameOf<'edit'> | Extract<FrameOf<'stream'>, { op: 'start' | 'end' }>;

type Run = (frame: AskedFrame) => Promise<string | undefined>;

/** Queue of the frames of one sender that wait for a hook or run. */
interface Queue {
  length: number;
  last: Promise<void>;
}
