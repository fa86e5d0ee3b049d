import { type Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { Made } from './make-request.ts';

/**
 * Sends a request over a keep-alive connection. Rejects if the connection breaks before the
 * response has arrived.
 */
export function ask(agent: Agent, { root, method, path, headers, body }: Made): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(`${root}${path}`, {
      ...{ agent, method, timeout: 30_000 },
      headers: { ...headers, 'content-length': body?.length ?? 0 },
    });
    asking.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const type = String(response.headers['content-type'] ?? '');
        resolve({ status: response.statusCode ?? 0, type, text: Buffer.concat(chunks).toString() });
      });
    });
    asking.on('timeout', () => asking.destroy(new Error('no answer for 30 s')));
    asking.on('error', reject);
    asking.end(body);
  });
}

/**
 * Sends bytes that do not have to be valid HTTP. Resolves with the status of the response, or with
 * 0 if the server closes the connection or waits for more bytes.
 */
export function tell(root: string, bytes: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(root).port), '127.0.0.1');
    let status = 0;
    socket.setTimeout(100, () => socket.destroy());
    socket.on('data', (chunk) => {
      status = Number(/^HTTP\/1\.1 (\d+)/.exec(chunk.toString('latin1'))?.[1] ?? status);
      socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(status));
    socket.write(bytes);
  });
}

/** Encodes a request as the bytes of HTTP/1.1. */
export function toBytes({ method, path, headers, body = Buffer.alloc(0) }: Made): Buffer {
  const fields = { host: '127.0.0.1', ...headers, 'content-length': body.length };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

export interface Answer {
  status: number;
  type: string;
  text: string;
}
