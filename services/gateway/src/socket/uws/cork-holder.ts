import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { randomUUID } from 'node:crypto';
import { type ClientRequest, request } from 'node:http';

/**
 * Works around a bug of uWebSockets.js 20.51, which might close a WebSocket at once if its request
 * is upgraded inside of `cork` of its own response. This class keeps a request of the server to
 * itself open, and upgrades other requests inside of `cork` of the response to it.
 *
 * The library requires that each write is inside of `cork`. If an upgrade leaves the socket at its
 * address in memory, `cork` of the own response then reads freed memory as flags. `cork` of another
 * response does not. Later versions of the library compare more than the address.
 */
export class CorkHolder {
  readonly #path = `/${randomUUID()}`;
  #response: HttpResponse | undefined;
  #request: ClientRequest | undefined;
  #opened: () => void = () => {};

  /**
   * Adds the route for the request that this class sends to its own server. Must be called before
   * the server listens.
   */
  constructor(app: TemplatedApp) {
    app.get(this.#path, (response) => {
      response.onAborted(() => {
        if (this.#response === response) this.#response = undefined;
      });
      this.#response = response;
      this.#opened();
    });
  }

  /**
   * Sends the request. Resolves when the response is open or the request has failed. `run` works in
   * both cases.
   */
  open(host: string, port: number): Promise<void> {
    const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
    return new Promise((resolve) => {
      this.#opened = resolve;
      this.#request = request({ host: reachable, port, path: this.#path, agent: false });
      this.#request.once('socket', (socket) => socket.unref());
      this.#request.on('error', () => resolve());
      this.#request.end();
    });
  }

  /** Runs `work` inside of `cork`. `work` can upgrade one request to a WebSocket. */
  run(work: () => void): void {
    // If the request has failed, the library prints a warning but works.
    if (this.#response) this.#response.cork(work);
    else work();
  }

  close(): void {
    this.#request?.destroy();
  }
}
