import type { Body } from '@parley/protocol';
import type { Command } from './engine/command.ts';
import { ParleyError } from './error.ts';
import type { MessageCustom } from './own-types.ts';
import { Timer } from './timer.ts';

/** Ms for which text is collected before the client sends it. */
const SEND_DELAY_MS = 50;

/** Maximum number of characters of a text message. */
const MAX_TEXT = 8000;

/** A message of this user whose text grows, such as the reply of an AI agent. */
export class MessageStream {
  /** Id of the peer or group. */
  readonly chat: number;
  /** Id of the message. */
  readonly id: number;
  readonly #run: (command: Command) => Promise<unknown>;
  readonly #custom: MessageCustom | undefined;
  readonly #timer = new Timer();
  #text: string;
  #waiting = '';
  #index = 0;

  /** @param run executes a command of the client */
  constructor({ chat, id, text, custom }: Opened, run: (command: Command) => Promise<unknown>) {
    this.chat = chat;
    this.id = id;
    this.#text = text;
    this.#custom = custom;
    this.#run = run;
  }

  /** All text so far. */
  get text(): string {
    return this.#text;
  }

  /**
   * Appends text to the message. Connected participants see the text at once.
   *
   * @throws ParleyError `too-large`, and appends nothing, if the message would exceed 8000
   * characters
   */
  write(text: string): void {
    const whole = this.#text + text;
    if (whole.length > MAX_TEXT && [...whole].length > MAX_TEXT)
      throw new ParleyError('too-large', `A message has at most ${MAX_TEXT} characters`);
    this.#text = whole;
    this.#waiting += text;
    this.#timer.start(SEND_DELAY_MS, () => this.#send());
  }

  /**
   * Completes the message, even if the connection was lost. Without a call of `end`, the message
   * ends by itself after the server's setting `STREAM_IDLE`.
   *
   * @throws ParleyError if the server refuses the final content
   */
  async end({ body = { type: 'text', text: this.#text }, custom = this.#custom }: StreamEnd = {}): Promise<void> {
    this.#timer.clear();
    this.#send();
    await this.#run({ do: 'end', chat: this.chat, id: this.id, body, custom });
  }

  #send(): void {
    // Holds back the first half of a surrogate pair until the other half follows.
    const half = /[\ud800-\udbff]$/.exec(this.#waiting)?.[0] ?? '';
    const text = this.#waiting.slice(0, this.#waiting.length - half.length);
    this.#waiting = half;
    if (text === '') return;
    this.#index += 1;
    // Ignores the error of a closed client. `end` sends the whole text.
    this.#run({ do: 'append', chat: this.chat, id: this.id, index: this.#index, text }).catch(() => {});
  }
}

/** Final content of a streamed message. */
export interface StreamEnd {
  /** Final body of the message. Default: the text so far. */
  body?: Body;
  /** Final `custom` data of the message. Default: the data with which the message was started. */
  custom?: MessageCustom | undefined;
}

interface Opened {
  chat: number;
  id: number;
  /** The first text. */
  text: string;
  custom?: MessageCustom | undefined;
}
