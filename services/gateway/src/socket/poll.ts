import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import type { ServerFrame } from '@parley/protocol';
import { Connection } from '../connection/connection.ts';
import type { Claims } from '../connection/connection-deps.ts';
import type { Transport } from '../connection/transport.ts';
import { admitConnection, placeOf } from './admission.ts';
import { answer, codeOfClose, corsHeaders, refuse } from './http.ts';
import { identify } from './identify.ts';
import type { ServerDeps as Gateway } from './server-deps.ts';
import { flushAfterTurn } from './turn.ts';

/** Ms that a poll may wait. */
const WAIT = { usual: 25_000, most: 60_000 };

/** Ms within which a client is expected to poll again; so long its user counts as connected. */
const LINGER = 5000;

/**
 * `GET /v1/poll`: a connection that lasts until there is something to say. Answers at once if there are events, else when one
 * comes, or with none after the timeout; `cursor` is where the next poll goes on.
 */
export function poll(gateway: Gateway, response: HttpResponse, request: HttpRequest): void {
  const visitor = admitConnection(gateway, request);
  const headers = corsHeaders(gateway, request);
  const cursor = request.getQuery('cursor');
  const timeout = waitOf(request.getQuery('timeout'));
  const transport = new Poll(response, headers);
  if (visitor.code !== undefined) return refuse(response, visitor, headers);
  if (timeout === undefined)
    return refuse(response, { code: 'bad-request', detail: `timeout is from 0 to ${WAIT.most} ms` }, headers);
  const begin = (claims: Claims) => {
    if (response.aborted) return;
    transport.connection = new Connection(gateway.connectionDeps, transport, claims);
    transport.connection.open(placeOf(cursor));
    transport.wait(timeout);
  };
  identify(gateway, visitor, begin, (why) => refuse(response, why, headers));
}

function waitOf(text: string | undefined): number | undefined {
  if (!text) return WAIT.usual;
  return /^\d{1,5}$/.test(text) && Number(text) <= WAIT.most ? Number(text) : undefined;
}

class Poll implements Transport {
  connection: Connection | undefined;
  readonly linger = LINGER;
  readonly #response: HttpResponse;
  readonly #headers: Record<string, string>;
  #frames: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #late = false;

  constructor(response: HttpResponse, headers: Record<string, string>) {
    this.#response = response;
    this.#headers = headers;
    response.onAborted(() => {
      response.aborted = true;
      this.#end();
    });
  }

  /** Answers with what there is after so many ms, or with the welcome if that is not there yet. */
  wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#late = true;
      this.flush();
    }, ms);
  }

  send(frame: string | Uint8Array): void {
    this.#frames.push(typeof frame === 'string' ? frame : Buffer.from(frame).toString());
    if (this.#frames.length > 1 || this.#late) flushAfterTurn(this);
  }

  flush(): void {
    if (this.#response.aborted || this.#frames.length < (this.#late ? 1 : 2)) return;
    const [welcome, ...frames] = this.#frames.map((text) => JSON.parse(text) as ServerFrame);
    if (welcome?.type !== 'welcome') return;
    const last = frames.findLast((frame) => frame.type === 'event');
    const cursor = last?.cursor ?? welcome.cursor;
    const texts = this.#frames.slice(1).join(',');
    const body = `{"cursor":"${cursor}","recovered":${welcome.recovered},"frames":[${texts}]}`;
    answer(this.#response, { status: 200, type: 'application/json', body, headers: this.#headers });
    this.#end();
  }

  unsent(): number {
    return 0;
  }

  ping(): void {
    this.connection?.alive();
  }

  close(code: number, reason: string): void {
    this.flush();
    if (this.#response.aborted) return;
    refuse(this.#response, { code: codeOfClose(code), detail: reason }, this.#headers);
    this.#end();
  }

  terminate(): void {
    if (!this.#response.aborted) this.#response.close();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#response.aborted = true;
    this.connection?.gone();
  }
}
