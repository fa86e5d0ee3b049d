import type { WebSocketLike } from '@parley/client';
import { WebSocket } from 'ws';

type Socket = InstanceType<WebSocketLike>;

/** A WebSocket that delivers every event twice and, from time to time, an older event again. */
export class StutteringSocket implements Socket {
  readonly #socket: WebSocket;
  readonly #events: unknown[] = [];
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;

  constructor(url: string, protocols: string[]) {
    this.#socket = new WebSocket(url, protocols);
    this.#socket.onmessage = ({ data }) => this.#hear(data);
    this.#socket.onclose = (event) => this.onclose?.(event);
    this.#socket.onerror = () => {};
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  send(data: string): void {
    this.#socket.send(data);
  }

  close(): void {
    this.#socket.close();
  }

  #hear(data: unknown): void {
    this.onmessage?.({ data });
    if (!String(data).startsWith('{"type":"event"')) return;
    this.onmessage?.({ data });
    this.#events.push(data);
    if (this.#events.length % 3 === 0) this.onmessage?.({ data: this.#events[this.#events.length >> 1] });
  }
}
