import type { Body, Custom, ErrorFrame, StreamFrame } from '@parley/protocol';
import type { ParleyError } from '../error.ts';
import { findHeld } from '../state/chat-state.ts';
import { Timer } from '../timer.ts';
import type { EngineContext, OnlinePart } from './context.ts';

/** Minimum ms until text is sent again after an error. */
const RETRY_DELAY_MS = 200;

/**
 * Sends the text of messages that the user streams. The server does not acknowledge added text.
 * After an error, and on every new connection, the sender therefore reads the index of the last
 * append that the server has, and sends the later ones.
 */
export class StreamSender implements OnlinePart {
  readonly #context: Pick<EngineContext, 'state' | 'send' | 'request'>;
  readonly #streams = new Map<string, OwnStream>();
  #online = false;

  constructor(context: Pick<EngineContext, 'state' | 'send' | 'request'>) {
    this.#context = context;
  }

  append(chat: number, id: number, index: number, text: string): void {
    const key = `${chat}:${id}`;
    const stream = this.#streams.get(key) ?? { chat, id, texts: [], paused: false, timer: new Timer() };
    this.#streams.set(key, stream);
    stream.texts[index] = text;
    if (!stream.paused) this.#send(stream, index);
  }

  /**
   * Completes a streamed message.
   *
   * @throws ParleyError if the server refuses the final content
   */
  async end(chat: number, id: number, { body, custom }: FinalContent): Promise<void> {
    const { state, request } = this.#context;
    const content = { chat, id, body, ...(custom && { custom }) };
    const key = `${chat}:${id}`;
    try {
      await request({ type: 'stream', op: 'end', ...content });
    } catch (error) {
      if ((error as ParleyError).code !== 'stream-ended') throw error;
      // The stream has ended by itself, or by an `end` frame whose reply was lost, or Redis was
      // restored without it. Edits the message, unless the server has announced this content. The
      // text in memory proves nothing, because the client adds its own appends to it.
      const known = state.chats.get(chat);
      const held = known && findHeld(known, id);
      const isStored = held?.final && JSON.stringify(held.body) === JSON.stringify(body);
      if (!isStored) await request({ type: 'edit', ...content });
    } finally {
      this.#streams.get(key)?.timer.clear();
      this.#streams.delete(key);
    }
  }

  /** Handles an error frame. Returns false if it is not the reply to an append. */
  refused({ ref = '', code, retry, retryAfter = 0 }: ErrorFrame): boolean {
    if (!ref.startsWith(REF)) return false;
    const stream = this.#streams.get(ref.slice(REF.length));
    if (!stream) return true;
    stream.paused = true;
    // After any other error, the stream stays paused until its end.
    if (retry || code === 'conflict')
      stream.timer.start(Math.max(RETRY_DELAY_MS, retryAfter), () => this.#resume(stream));
    return true;
  }

  start(): void {
    this.#online = true;
    for (const stream of this.#streams.values()) this.#resume(stream);
  }

  stop(): void {
    this.#online = false;
    for (const { timer } of this.#streams.values()) timer.clear();
  }

  #send({ chat, id, texts }: OwnStream, index: number): void {
    const text = texts[index];
    const ref = `${REF}${chat}:${id}`;
    if (this.#online && text) this.#context.send({ type: 'stream', op: 'append', ref, chat, id, index, text });
  }

  async #resume(stream: OwnStream): Promise<void> {
    const { chat, id, texts } = stream;
    stream.paused = true;
    try {
      const { index } = (await this.#context.request({ type: 'stream', op: 'read', chat, id })) as StreamFrame;
      stream.paused = false;
      for (let next = index + 1; next < texts.length; next += 1) this.#send(stream, next);
    } catch {
      // Ignores the error: the stream has ended, and its final content will replace the text.
    }
  }
}

/** Prefix of the refs in append frames. */
const REF = 'append:';

/** Final content of a streamed message. */
export interface FinalContent {
  body: Body;
  custom?: Custom | undefined;
}

interface OwnStream {
  chat: number;
  id: number;
  /** By index, from 1. */
  texts: string[];
  /**
   * True while the sender holds text back, because it does not know the last index of the server.
   */
  paused: boolean;
  timer: Timer;
}
