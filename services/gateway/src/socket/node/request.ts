import type { IncomingMessage } from 'node:http';
import type { IncomingRequest } from '../socket-server.ts';

/** HTTP request that `node:http` has received. */
export class NodeRequest implements IncomingRequest {
  readonly path: string;
  readonly #request: IncomingMessage;
  readonly #search: string;
  #query: URLSearchParams | undefined;

  constructor(request: IncomingMessage) {
    this.#request = request;
    const url = request.url ?? '/';
    const at = url.indexOf('?');
    this.path = at < 0 ? url : url.slice(0, at);
    this.#search = at < 0 ? '' : url.slice(at + 1);
  }

  get method(): string {
    return this.#request.method ?? 'GET';
  }

  get address(): string {
    return (this.#request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  }

  header(name: string): string {
    const value = this.#request.headers[name];
    return typeof value === 'string' ? value : (value?.join(', ') ?? '');
  }

  query(name: string): string | undefined {
    this.#query ??= new URLSearchParams(this.#search);
    return this.#query.get(name) ?? undefined;
  }
}
