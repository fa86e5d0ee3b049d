import { type ClientFrame, type FrameOf, type HookEvent, limits } from '@parley/protocol';
import type { Hooks } from '@parley/service';
import { changedAckFrame } from '../frames.ts';
import type { LocalUser } from '../users/local-user.ts';
import type { FrameSender } from './frame-sender.ts';
import { Refusal } from './refusal.ts';

/**
 * Asks the hooks about messages and edits before they run. The frames of one sender are asked about
 * and run one after the other, so that they keep their order and a slow hook delays nobody else.
 */
export class HookGate {
  readonly #hooks: Pick<Hooks, 'covers' | 'ask'>;
  readonly #requirePermit: (user: LocalUser, chat: number) => Promise<void>;
  readonly #queues = new WeakMap<FrameSender, Queue>();

  /** @param requirePermit throws a refusal if the user may not write to the chat */
  constructor(hooks: Pick<Hooks, 'covers' | 'ask'>, requirePermit: (user: LocalUser, chat: number) => Promise<void>) {
    this.#hooks = hooks;
    this.#requirePermit = requirePermit;
  }

  /** Whether a hook is to be asked about a frame. */
  covers(frame: ClientFrame): frame is AskedFrame {
    const event = eventOf(frame);
    return event !== undefined && this.#hooks.covers(event);
  }

  /**
   * Runs a frame, with the changes of the hooks, if they allow it. Resolves with the reply. Throws
   * a refusal.
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

  async #askAndRun({ user }: FrameSender, frame: AskedFrame, run: Run): Promise<string | undefined> {
    const chat = frame.type === 'send' ? frame.to : frame.chat;
    await this.#requirePermit(user, chat);
    const { type, ...content } = frame;
    const verdict = await this.#hooks.ask(eventOf(frame) as HookEvent, user.id, { from: user.id, ...content });
    if (verdict.is === 'refused') throw new Refusal('refused', verdict.message);
    if (verdict.is === 'unavailable')
      throw new Refusal('unavailable', 'The rules of this server cannot be checked now', verdict.retryAfter);
    if (verdict.body === undefined && verdict.custom === undefined) return await run(frame);
    const { body = frame.body, custom = frame.custom } = verdict;
    const { custom: _, ...rest } = frame;
    const reply = await run({ ...rest, body, ...(custom && { custom }) } as AskedFrame);
    return frame.type === 'send' && reply !== undefined ? changedAckFrame(reply, body, custom ?? null) : reply;
  }
}

function eventOf({ type }: ClientFrame): HookEvent | undefined {
  if (type === 'send') return 'message.send';
  return type === 'edit' ? 'message.edit' : undefined;
}

type AskedFrame = FrameOf<'send'> | FrameOf<'edit'>;

type Run = (frame: AskedFrame) => Promise<string | undefined>;

/** The frames of one sender that are asked about or run. */
interface Queue {
  length: number;
  last: Promise<void>;
}
