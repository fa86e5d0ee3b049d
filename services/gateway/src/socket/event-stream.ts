import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { Connection } from '../connection/connection.ts';
import type { Claims } from '../connection/connection-deps.ts';
import type { Transport } from '../connection/transport.ts';
import { admitConnection, placeOf } from './admission.ts';
import { codeOfClose, corsHeaders, refuse, statusLine } from './http.ts';
import { identify } from './identify.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';
import { flushAfterTurn } from './turn.ts';

/**
 * `GET /v1/events`: the same frames as server-sent events, each event's `id` its cursor. What ends the stream is said as an event of
 * type `close` with the code a WebSocket would have got.
 */
export function openEventStream(gateway: Gateway, response: HttpResponse, request: HttpRequest): void {
  const visitor = admitConnection(gateway, request);
  const headers = corsHeaders(gateway, request);
  const cursor = request.getHeader('last-event-id') || request.getQuery('cursor');
  const transport = new EventStream(response, headers);
  if (visitor.code !== undefined) return refuse(response, visitor, headers);
  const begin = (claims: Claims) => {
    if (response.aborted) return;
    transport.connection = new Connection(gateway.connectionDeps, transport, claims);
    transport.connection.open(placeOf(cursor));
  };
  identify(gateway, visitor, begin, (why) => refuse(response, why, headers));
}

/** The cursor of those frames that have one. */
const FRAME_CURSOR = /^\{"type":"(?:event"|welcome"[^{}]*),"cursor":"(\d+-\d+)"/;

/** A comment, which clients pass over. */
const PING = ':\n\n';

class EventStream implements Transport {
  connection: Connection | undefined;
  readonly linger = 0;
  readonly #response: HttpResponse;
  readonly #headers: Record<string, string>;
  #frames: string[] = [];
  #started = false;
  #unsent = 0;

  constructor(response: HttpResponse, headers: Record<string, string>) {
    this.#response = response;
    this.#headers = headers;
    response.onAborted(() => {
      response.aborted = true;
      this.connection?.gone();
    });
    // The server does not say how much it holds back, only that it took all of a write: a comment finds out.
    response.onWritable(() => {
      if (this.#unsent === 0) return true;
      // It took some: more is not known, and enough to be progress.
      this.#unsent = Math.max(1, this.#unsent - PING.length - 1);
      if (this.#write(PING)) this.connection?.flushed(0);
      return true;
    });
  }

  send(frame: string | Uint8Array): void {
    const text = typeof frame === 'string' ? frame : Buffer.from(frame).toString();
    const cursor = FRAME_CURSOR.exec(text)?.[1];
    this.#frames.push(`${cursor === undefined ? '' : `id: ${cursor}\n`}data: ${text}\n\n`);
    if (this.#frames.length === 1) flushAfterTurn(this);
  }

  flush(): void {
    if (this.#frames.length === 0 || this.#response.aborted) return;
    const text = this.#frames.join('');
    this.#frames = [];
    this.#write(text);
    this.connection?.flushed(this.#unsent);
  }

  unsent(): number {
    return this.#unsent;
  }

  ping(): void {
    if (!this.#started || this.#response.aborted) return;
    // What the network takes is the only sign of life there is.
    if (this.#write(PING)) this.connection?.alive();
  }

  close(code: number, reason: string): void {
    if (this.#response.aborted) return;
    if (!this.#started) refuse(this.#response, { code: codeOfClose(code), detail: reason }, this.#headers);
    else {
      this.flush();
      const data = JSON.stringify({ code, reason });
      this.#response.cork(() => this.#response.end(`event: close\ndata: ${data}\n\n`));
    }
    this.#response.aborted = true;
  }

  terminate(): void {
    if (!this.#response.aborted) this.#response.close();
  }

  #write(text: string): boolean {
    let taken = false;
    this.#response.cork(() => {
      if (!this.#started) this.#start();
      taken = this.#response.write(text);
    });
    this.#unsent = taken ? 0 : this.#unsent + Buffer.byteLength(text);
    return taken;
  }

  #start(): void {
    this.#started = true;
    this.#response.writeStatus(statusLine(200)).writeHeader('content-type', 'text/event-stream');
    this.#response.writeHeader('cache-control', 'no-store').writeHeader('x-accel-buffering', 'no');
    for (const [name, value] of Object.entries(this.#headers)) this.#response.writeHeader(name, value);
  }
}
