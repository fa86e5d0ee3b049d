import { randomBytes } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';

/**
 * Requests an upgrade to WebSocket and closes the connection. Resolves with the response, including
 * its `body` if it has one.
 */
export function knock(http: string, path: string, headers: Record<string, string> = {}): Promise<Knocked> {
  return new Promise((resolve, reject) => {
    const asking = request(`${http}${path}`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        ...headers,
      },
    });
    asking.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: undefined });
    });
    asking.on('response', async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text && JSON.parse(text) });
    });
    asking.on('error', reject);
    asking.end();
  });
}

export interface Knocked {
  /** HTTP status of the response. 101 if the socket opened. */
  status: number;
  headers: IncomingHttpHeaders;
  body: unknown;
}
