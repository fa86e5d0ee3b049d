import { subprotocol } from '@parley/protocol';
import type { OpenChat } from './chat.ts';
import { WebSocket } from './websocket.ts';

/**
 * Number of events after which the client sends `received`. The SDK sends it equally often under
 * load.
 */
const RECEIVED_EVERY = 100;

/**
 * Prefix of all refs, unique to this run, because refs must differ from those of earlier runs on
 * the same data.
 */
const run = Date.now().toString(36);

/** Connects a user to a Parley gateway. */
export const openParleyChat: OpenChat = ({ id, token, peer, port, from }, listener) =>
  new Promise((resolve, reject) => {
    let events = 0;
    const prefix = `${run}-`;
    const number = (ref: string | undefined) => Number(ref?.slice(prefix.length));
    const onText = (text: string) => {
      const frame = JSON.parse(text) as ServerFrame;
      if (frame.type === 'event') {
        const { event, cursor } = frame;
        if (event.kind === 'message') listener.message(event.from === id, event.body.text);
        events += 1;
        if (events % RECEIVED_EVERY === 0) socket.send(`{"type":"received","cursor":"${cursor}"}`);
      } else if (frame.type === 'ack') listener.acked(number(frame.ref));
      else if (frame.type === 'error' && isOfMessage(frame))
        listener.refused(number(frame.ref), `${frame.code}: ${frame.message}`, frame.retryAfter);
      else if (frame.type === 'welcome') {
        resolve({
          send: (number, text) =>
            socket.send(
              `{"type":"send","ref":"${prefix}${number}","to":${peer},"body":{"type":"text","text":"${text}"}}`,
            ),
          close: () => socket.destroy(),
        });
      }
    };
    const onClose = (reason: string) => {
      reject(new Error(reason));
      listener.closed(reason);
    };
    const headers = { Authorization: `Bearer ${token}`, 'Sec-WebSocket-Protocol': subprotocol };
    const socket = new WebSocket({ port, from, path: '/v1/socket?device=bench', headers, onText, onClose });
  });

/**
 * Returns whether an error refers to a message. A refused `received` is ignored, because the next
 * one acknowledges its events too.
 */
const isOfMessage = ({ ref, code }: { ref?: string; code: string }) => ref !== undefined || code !== 'unavailable';

/** The server frames that the simulated client reads. */
type ServerFrame =
  | { type: 'event'; cursor: string; event: { kind: string; from: number; body: { text: string } } }
  | { type: 'ack'; ref: string }
  | { type: 'error'; ref?: string; code: string; message: string; retryAfter?: number }
  | { type: 'welcome' };
