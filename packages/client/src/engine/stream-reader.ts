import type { StreamFrame } from '@parley/protocol';
import type { ParleyError } from '../error.ts';
import { isBehind } from '../state/apply-text.ts';
import type { EngineContext, OnlinePart } from './context.ts';

/**
 * Receives the growing text of streamed messages. If the client has missed a part, reads the whole
 * text from the server.
 */
export class StreamReader implements OnlinePart {
  readonly #context: Pick<EngineContext, 'state' | 'request' | 'change'>;
  /** Message -> frames that arrived while its whole text is being read. */
  readonly #reading = new Map<string, StreamFrame[]>();

  constructor(context: Pick<EngineContext, 'state' | 'request' | 'change'>) {
    this.#context = context;
  }

  /** Reads the messages whose text was growing when the connection was lost. */
  start(): void {
    for (const { chat, messages } of this.#context.state.chats.values())
      for (const { id, streaming } of messages) if (streaming) this.#read(chat, id);
  }

  stop(): void {}

  /** Applies a frame with text that was added to a message. */
  receive(frame: StreamFrame): void {
    const { state, change } = this.#context;
    const waiting = this.#reading.get(keyOf(frame));
    if (waiting) return void waiting.push(frame);
    change({ type: 'frame', frame });
    if (isBehind(state, frame)) this.#read(frame.chat, frame.id);
  }

  async #read(chat: number, id: number): Promise<void> {
    const { request, change } = this.#context;
    const key = keyOf({ chat, id });
    if (this.#reading.has(key)) return;
    const waiting: StreamFrame[] = [];
    this.#reading.set(key, waiting);
    try {
      change({ type: 'frame', frame: (await request({ type: 'stream', op: 'read', chat, id })) as StreamFrame });
    } catch (error) {
      if ((error as ParleyError).code !== 'aborted') change({ type: 'streamed', chat, id });
    }
    this.#reading.delete(key);
    for (const frame of waiting) this.receive(frame);
  }
}

function keyOf({ chat, id }: Pick<StreamFrame, 'chat' | 'id'>): string {
  return `${chat}:${id}`;
}
