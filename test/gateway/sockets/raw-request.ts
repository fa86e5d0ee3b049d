import { connect, type Socket } from 'node:net';

/** A request that a test writes in arbitrary pieces, together with the response so far. */
export class RawRequest {
  readonly socket: Socket;
  /** Bytes that were received so far, as text. */
  received = '';
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  readonly #watchers = new Set<() => void>();

  constructor(http: string, text: string) {
    this.socket = connect(Number(new URL(http).port), '127.0.0.1');
    this.socket.write(text);
    this.socket.setEncoding('latin1').on('data', (data: string) => {
      this.received += data;
      for (const watcher of this.#watchers) watcher();
    });
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
  }

  /** Resolves with the first match of a pattern in the received text. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${pattern} is not in ${JSON.stringify(this.received)}`)), 15_000);
      const look = () => {
        const found = pattern.exec(this.received);
        if (!found) return;
        clearTimeout(late);
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      look();
    });
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
