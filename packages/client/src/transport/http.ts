import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { afterStatus } from './close-codes.ts';
import { type Closed, type OpenWire, type Target, urlOf, type WireListener } from './transport.ts';

/** Ms in which a frame has to be replied to, else the wire is given up: one that is half open never says so, and others wait behind it. */
const PATIENCE = 10_000;

/**
 * Wires that receive by requests of their own, which `receive` makes until it is told to stop, and send by `POST /v1/frames`: those of a
 * type one after the other, so that messages do not wait behind marks, of which there are many. A frame that got no reply is answered
 * `unavailable`: it may be sent again.
 */
export function overHttp(fetcher: typeof fetch, receive: Receive): OpenWire {
  return (given, listener) => {
    const target = { ...given };
    const abort = new AbortController();
    const { signal } = abort;
    const last: Record<string, Promise<void>> = {};

    const request = async (path: string, init: RequestInit, query?: Record<string, string>) => {
      const authorization = `Bearer ${target.token}`;
      const response = await fetcher(urlOf(target, path, query), { ...init, signal, headers: { authorization } });
      // Nobody listens any more; what follows is left out.
      if (signal.aborted) throw signal.reason;
      return response;
    };
    const get: Get = async (path, query) => {
      const response = await request(path, {}, query);
      if (!response.ok) throw afterStatus(response.status, await response.text());
      return response;
    };
    const closed = (reason: Partial<Closed> | string) => {
      if (signal.aborted) return;
      abort.abort();
      listener.closed((reason as Closed).next ? (reason as Closed) : afterStatus(0, String(reason)));
    };
    const post = async (frame: ClientFrame): Promise<void> => {
      const { ref } = frame;
      let reply: Reply | undefined = ref
        ? { type: 'error', ref, code: 'unavailable', message: 'No reply', retry: true }
        : undefined;
      const late = setTimeout(closed, PATIENCE, 'No reply');
      try {
        const response = await request('frames', { method: 'POST', body: JSON.stringify(frame) });
        if (response.status === 401) return closed(afterStatus(401));
        const text = await response.text();
        const said: Reply | undefined = text ? JSON.parse(text) : undefined;
        if (response.ok || said?.type === 'error') reply = said;
      } catch {
        // No reply.
      }
      clearTimeout(late);
      if (!reply || signal.aborted) return;
      // What is sent from now on goes with the fresh token.
      if (frame.type === 'auth' && reply.type === 'ack') target.token = frame.token;
      listener.frame(reply);
    };

    const send = (frame: ClientFrame) => {
      const { type } = frame;
      last[type] = Promise.resolve(last[type]).then(() => post(frame));
    };
    const wire: HttpWire = { get, target, listener, send, watch: send };
    receive(wire).catch(closed);
    return {
      send: (frame) => wire[frame.type === 'watch' ? 'watch' : 'send'](frame),
      close: () => abort.abort(),
    };
  };
}

/** Receives until it throws, why it is closed or any error, or what it calls does so because the wire was closed. */
export type Receive = (wire: HttpWire) => Promise<never>;

interface HttpWire {
  get: Get;
  target: Target;
  listener: WireListener;
  send(frame: ClientFrame): void;
  /** Sends a `watch`, which is for the connection at the other end; the same as `send` unless it is set. */
  watch(frame: ClientFrame): void;
}

/** Asks the gateway. @throws Closed when it refuses */
type Get = (path: string, query?: Record<string, string>) => Promise<Response>;

type Reply = Exclude<ServerFrame, { type: 'welcome' }>;
