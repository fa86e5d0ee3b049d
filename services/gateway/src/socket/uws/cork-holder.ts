import type { HttpResponse, TemplatedApp } from 'uWebSockets.js';
import { randomUUID } from 'node:crypto';
import { type ClientRequest, request } from 'node:http';

/**
 * A request of the server to itself that stays open. Its response can be corked while another
 * request is upgraded.
 *
 * The library requires that each write is inside of `cork`. But in 20.51, `response.cork(() =>
 * response.upgrade())` outside of the library's own handler may close the WebSocket at once: when
 * the upgrade leaves the socket at its address, `cork` then reads freed memory as the flags of an
 * HTTP response. Inside of the `cork` of another response, this does not happen. Later versions of
 * the library compare more than the address.
 */
export class CorkHolder {
  readonly #path = `/${randomUUID()}`;
  #response: HttpResponse | undefined;
  #request: ClientRequest | undefined;
  #opened: () => void = () => {};

  /**
   * Adds a route for the request that this class sends to the server. Call it before the server
   * listens.
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

  /** Sends the request. Resolves when it is open or has failed. `run` also works without it. */
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

  /** Runs `work`. Inside of it, one other response may be upgraded. */
  run(work: () => void): void {
    // Without the request, the library prints a warning but works.
    if (this.#response) this.#response.cork(work);
    else work();
  }

  close(): void {
    this.#request?.destroy();
  }
}
