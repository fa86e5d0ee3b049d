import { afterClose } from './close-codes.ts';
import { endpointUrl, type OpenTransport, readStream } from './transport.ts';

/** Creates a transport that connects with a WebSocket. */
export function webSocketTransport(Implementation: WebSocketLike): OpenTransport {
  return (target, listener) => {
    const url = endpointUrl({ ...target, gateway: target.gateway.replace(/^http/, 'ws') }, 'socket');
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
      // The constructor throws if a content security policy forbids WebSockets, or if the token is
      // not a valid subprotocol.
      queueMicrotask(() => close(1006, String(error)));
      return { send: () => {}, close: () => {} };
    }
    socket.onmessage = ({ data }) => {
      if (open) read(JSON.parse(String(data)));
    };
    socket.onclose = ({ code, reason }) => close(code, reason);
    // Ignores the error, because `onclose` follows.
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

/**
 * The part of the browser's `WebSocket` that the SDK uses. The class of the package `ws` implements
 * it too.
 */
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
