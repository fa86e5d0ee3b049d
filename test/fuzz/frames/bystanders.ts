import type { ServerFrame } from '@parley/protocol';
import type { Person } from '../system/system.ts';
import { encodeFrame, RawSocket } from './raw-socket.ts';

/**
 * Two users who exchange valid messages while other clients send random frames. Checks that each of
 * these messages arrives unchanged and in order.
 */
export class Bystanders {
  messages = 0;
  readonly faults: string[] = [];
  readonly #sockets: RawSocket[];
  readonly #to: number;
  #expected = '';
  #stopped = false;
  #done = () => {};
  readonly #ended: Promise<void>;

  constructor([speaker, listener]: [Person, Person], port: number) {
    this.#to = listener.id;
    this.#ended = new Promise((resolve) => {
      this.#done = resolve;
    });
    const open = ({ token }: Person, onText: (text: string) => void) =>
      new RawSocket({
        ...{ port, path: '/v1/socket?device=bystander', token, onText },
        onClose: () => !this.#stopped && this.faults.push('a bystander lost the connection'),
      });
    this.#sockets = [open(speaker, (text) => this.#speak(text)), open(listener, (text) => this.#listen(text))];
  }

  /**
   * Stops after the message that is in flight has arrived. Resolves with the number of messages.
   */
  async stop(): Promise<number> {
    this.#stopped = true;
    const late = setTimeout(() => {
      this.faults.push(`a bystander did not get message ${this.messages}`);
      this.#done();
    }, 10_000);
    await this.#ended;
    clearTimeout(late);
    for (const socket of this.#sockets) socket.destroy();
    return this.messages;
  }

  #speak(text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    if (frame.type === 'welcome') Promise.all(this.#sockets.map((socket) => socket.opened)).then(() => this.#say());
    if (frame.type === 'error') this.faults.push(`a bystander was refused: ${text}`);
  }

  #say(): void {
    this.messages += 1;
    this.#expected = `bystander ${this.messages} 🦊`;
    const body = { type: 'text', text: this.#expected };
    const frame = { type: 'send', ref: `by-${this.messages}`, to: this.#to, body };
    this.#sockets[0]?.write(encodeFrame(0x81, Buffer.from(JSON.stringify(frame))));
  }

  #listen(text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    if (frame.type !== 'event') return;
    const said = frame.event.kind === 'message' && frame.event.body.type === 'text' ? frame.event.body.text : text;
    if (said !== this.#expected) this.faults.push(`a bystander heard ${said}, not ${this.#expected}`);
    if (this.#stopped) this.#done();
    else this.#say();
  }
}
