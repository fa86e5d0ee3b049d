import { afterClose } from './close-codes.ts';
import { type OpenWire, readStream, urlOf } from './transport.ts';

/** Wires over WebSockets. */
export function webSockets(Implementation: WebSocketLike): OpenWire {
  return (target, listener) => {
    const url = urlOf({ ...target, gateway: target.gateway.replace(/^http/, 'ws') }, 'socket');
    const read = readStream(listener);
    let open = true;
    const close = (code: number, reason: string) => {
      if (!open) return;
      open = false;
      listener.closed(afterClose(code, reason));
    };
    let socket: InstanceType<WebSocketLike>;
    try {
      socket = new Implementation(url, ['parley.v1', target.token]);
    } catch (error) {
      // The page's policy forbids it, or the token can be none.
      queueMicrotask(() => close(1006, String(error)));
      return { send: () => {}, close: () => {} };
    }
    socket.onmessage = ({ data }) => {
      if (open) read(JSON.parse(String(data)));
    };
    socket.onclose = ({ code, reason }) => close(code, reason);
    // A close follows.
    socket.onerror = () => {};
    return {
      send: (frame) => {
        if (open && socket.readyState === 1) socket.send(JSON.stringify(frame));
      },
      close: () => {
        open = false;
        socket.close();
      },
    };
  };
}

/** The part of the browsers' `WebSocket` that is needed here; that of the package `ws` has it too. */
export type WebSocketLike = new (
  url: string,
  protocols: string[],
) => {
  readonly readyState: number;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(): void;
};
