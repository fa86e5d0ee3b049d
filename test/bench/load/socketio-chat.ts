import type { OpenChat } from './chat.ts';
import { WebSocket } from './websocket.ts';

/**
 * Connects a user to a Socket.IO server. Uses the same WebSocket client as for Parley and writes
 * the packets of Engine.IO 4 and Socket.IO 5 itself, so that the load process needs the same CPU
 * for both systems.
 */
export const openSocketioChat: OpenChat = ({ id, token, peer, port }, listener) =>
  new Promise((resolve, reject) => {
    const onText = (text: string) => {
      const kind = text.slice(0, 2);
      if (kind === '42') {
        const [, message] = JSON.parse(text.slice(2)) as [event: string, message: { from: number; text: string }];
        listener.message(message.from === id, message.text);
      } else if (kind === '43') {
        const start = text.indexOf('[');
        const number = Number(text.slice(2, start));
        const [reply] = JSON.parse(text.slice(start)) as [{ id: number } | { error: string }];
        if ('error' in reply) listener.refused(number, reply.error);
        else listener.acked(number);
      } else if (kind === '40') {
        resolve({
          send: (number, text) => socket.send(`42${number}["send",{"to":${peer},"text":"${text}"}]`),
          close: () => socket.destroy(),
        });
      } else if (kind === '2') socket.send('3');
      else if (kind[0] === '0') socket.send(`40{"token":"${token}"}`);
      else onClose(text);
    };
    const onClose = (reason: string) => {
      reject(new Error(reason));
      listener.closed(reason);
    };
    const socket = new WebSocket({ port, path: '/socket.io/?EIO=4&transport=websocket', onText, onClose });
  });
