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
 * Ms within which a frame must get its reply. Otherwise the connection counts as half open and is
 * closed.
 */
const REPLY_TIMEOUT_MS = 10_000;

/**
 * Creates a transport that sends each frame by `POST /v1/frames` and receives through the requests
 * of `receive`. Frames of one type are posted one after the other, so that messages do not wait for
 * marks, which are frequent. A frame without a reply fails with `unavailable`, which may be
 * retried.
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
      // The connection was closed, so the loop that receives must stop.
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
      // Later requests use the new token.
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

/** Receives until the connection closes. Throws the reason, or an abort error after `close`. */
export type Receive = (connection: HttpConnection) => Promise<never>;

interface HttpConnection {
  get: Get;
  target: TransportTarget;
  listener: TransportListener;
  send(frame: ClientFrame): void;
  /** Sends a `watch` frame. Default: as `send` does. */
  watch(frame: ClientFrame): void;
}

/** Sends a GET request to the gateway. @throws CloseReason if the gateway refuses */
type Get = (path: string, query?: Record<string, string>) => Promise<Response>;

type Reply = Exclude<ServerFrame, { type: 'welcome' }>;
