import { afterClose } from './close-codes.ts';
import { type OpenWire, readStream, urlOf } from './transport.ts';

/** Wires over WebSockets. */
export function webSockets(Implementation: WebSocketLike): OpenWire {
  return (target, listener) => {
    const url = urlOf({ ...target, gateway: target.gateway.replace(/^http/, 'ws') }, 'socket');
    const socket = new Implementation(url, ['parley.v1', target.token]);
    const read = readStream(listener);
    let open = true;
    const close = (code: number, reason: string) => {
      if (!open) return;
      open = false;
      listener.closed(afterClose(code, reason));
    };
    socket.onmessage = ({ data }) => {
      if (open) read(JSON.parse(String(data)));
    };
    socket.onclose = ({ code, reason }) => close(code, reason);
    // A close follows, except from implementations that fail before they began.
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
