import type { ClientFrame, ServerFrame } from '@parley/protocol';
import type { Fetch } from '../api/fetch.ts';
import { afterStatus } from './close-codes.ts';
import {
  type CloseReason,
  endpointUrl,
  type OpenTransport,
  type TransportListener,
  type TransportTarget,
} from './transport.ts';

/**
 * Ms to wait for the reply to a frame. After that, the transport regards the connection as half
 * open and closes it.
 */
const REPLY_TIMEOUT_MS = 10_000;

/**
 * Creates a transport that sends each frame with `POST /v1/frames` and receives with the requests
 * of `receive`. It posts frames of the same type one after the other, and frames of different types
 * in parallel, so that messages do not wait for the frequent marks. A frame without a reply fails
 * with `unavailable`, so that the client can retry it.
 */
export function httpTransport(fetcher: Fetch, receive: Receive): OpenTransport {
  return (initialTarget, listener) => {
    const target = { ...initialTarget };
    const abort = new AbortController();
    const { signal } = abort;
    const lastPost: Record<string, Promise<void>> = {};

    const request = async (path: string, init: RequestInit, query?: Record<string, string>) => {
      const authorization = `Bearer ${target.token}`;
      const response = await fetcher(endpointUrl(target, path, query), { ...init, signal, headers: { authorization } });
      // Stops the loop that receives, because the connection was closed.
      if (signal.aborted) throw signal.reason;
      return response;
    };
    const get: Get = async (path, query) => {
      const response = await request(path, {}, query);
      if (!response.ok) throw afterStatus(response.status, await response.text());
      return response;
    };
    const closed = (reason: Partial<CloseReason> | string) => {
      if (signal.aborted) return;
      abort.abort();
      listener.closed((reason as CloseReason).next ? (reason as CloseReason) : afterStatus(0, String(reason)));
    };
    const post = async (frame: ClientFrame): Promise<void> => {
      const { ref } = frame;
      let reply: Reply | undefined = ref
        ? { type: 'error', ref, code: 'unavailable', message: 'No reply', retry: true }
        : undefined;
      const timeout = setTimeout(closed, REPLY_TIMEOUT_MS, 'No reply');
      try {
        const response = await request('frames', { method: 'POST', body: JSON.stringify(frame) });
        if (response.status === 401) return closed(afterStatus(401));
        const text = await response.text();
        const parsed: Reply | undefined = text ? JSON.parse(text) : undefined;
        if (response.ok || parsed?.type === 'error') reply = parsed;
      } catch {
        // No reply.
      }
      clearTimeout(timeout);
      if (!reply || signal.aborted) return;
      // Uses the new token for later requests.
      if (frame.type === 'auth' && reply.type === 'ack') target.token = frame.token;
      listener.frame(reply);
    };

    const send = (frame: ClientFrame) => {
      const { type } = frame;
      lastPost[type] = Promise.resolve(lastPost[type]).then(() => post(frame));
    };
    const connection: HttpConnection = { get, target, listener, send, watch: send };
    receive(connection).catch(closed);
    return {
      send: (frame) => connection[frame.type === 'watch' ? 'watch' : 'send'](frame),
      close: () => abort.abort(),
    };
  };
}

/**
 * Receives frames until the connection closes. Throws the reason, or an abort error after `close`.
 */
export type Receive = (connection: HttpConnection) => Promise<never>;

interface HttpConnection {
  get: Get;
  target: TransportTarget;
  listener: TransportListener;
  send(frame: ClientFrame): void;
  /** Sends a `watch` frame. Default: `send`. */
  watch(frame: ClientFrame): void;
}

/**
 * Sends a GET request to the gateway.
 *
 * @throws CloseReason if the gateway refuses the request
 */
type Get = (path: string, query?: Record<string, string>) => Promise<Response>;

type Reply = Exclude<ServerFrame, { type: 'welcome' }>;
