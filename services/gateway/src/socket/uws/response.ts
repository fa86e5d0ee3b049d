import type { HttpResponse } from 'uWebSockets.js';
import { BodyReader } from '../http/body-reader.ts';
import { statusLine } from '../http/status.ts';
import type {
  HttpHead,
  HttpReply,
  OutgoingResponse,
  RequestBody,
  RequestLimits,
  ResponseStream,
  StreamEvents,
} from '../socket-server.ts';
import { UwsStream } from './stream.ts';

/** HTTP response of uWebSockets.js. */
export class UwsResponse implements OutgoingResponse {
  done = false;
  readonly #response: HttpResponse;
  readonly #limits: RequestLimits;
  readonly #isHead: boolean;
  #aborted: (() => void)[] = [];

  constructor(response: HttpResponse, limits: RequestLimits, method: string) {
    this.#response = response;
    this.#limits = limits;
    this.#isHead = method === 'HEAD';
    // Always sets this handler. Without it, the library ends the process if a request handler
    // returns before it responds.
    response.onAborted(() => this.#leave());
  }

  onAbort(callback: () => void): void {
    this.#aborted.push(callback);
  }

  send({ status, headers, body, close = false }: HttpReply): void {
    if (this.done) return;
    this.done = true;
    this.#response.cork(() => {
      this.#writeHead({ status, headers });
      if (status === 204) this.#response.endWithoutBody();
      else if (body === undefined) this.#response.endWithoutBody(0, close);
      else if (this.#isHead) this.#response.endWithoutBody(Buffer.byteLength(body), close);
      else this.#response.end(body, close);
    });
  }

  stream(head: HttpHead, events: StreamEvents): ResponseStream {
    this.#response.cork(() => this.#writeHead(head));
    return new UwsStream(this, this.#response, events, this.#limits.onError);
  }

  readBody(maxBytes: number): Promise<RequestBody> {
    const reader = new BodyReader(maxBytes, this.#limits.requestTime);
    this.onAbort(() => reader.abort());
    // Copies the chunk, because the library reuses its memory after this callback returns.
    this.#response.onData((chunk, isLast) => reader.read(Buffer.from(chunk.slice(0)), isLast));
    return reader.body;
  }

  abort(): void {
    if (!this.done) this.#response.close();
  }

  #leave(): void {
    this.done = true;
    for (const callback of this.#aborted) {
      try {
        callback();
      } catch (error) {
        this.#limits.onError(error);
      }
    }
  }

  #writeHead({ status, headers }: HttpHead): void {
    this.#response.writeStatus(statusLine(status));
    for (const [name, value] of Object.entries(headers)) this.#response.writeHeader(name, value);
  }
}
