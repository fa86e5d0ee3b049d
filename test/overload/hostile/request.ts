import { request as httpRequest } from 'node:http';

/**
 * Sends an HTTP request from a loopback address that the caller chooses. Resolves with the status
 * and the parsed JSON body. Resolves with status 0 if the connection ended without a response.
 */
export function request(url: string, options: RequestOptions = {}): Promise<Answer> {
  const { method = 'GET', token, json, bytes, headers = {}, from = '127.0.0.1', signal } = options;
  const body = json === undefined ? bytes : Buffer.from(JSON.stringify(json));
  return new Promise((resolve) => {
    const gone = () => resolve({ status: 0, body: {} });
    const sent = httpRequest(url, {
      method,
      localAddress: from,
      agent: false,
      ...(signal && { signal }),
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(body && { 'content-length': body.length }),
        ...headers,
      },
    });
    sent.on('error', gone);
    let isAnswered = false;
    sent.on('close', () => {
      if (!isAnswered) gone();
    });
    // Ignores write errors, because a server that refuses a body closes the connection while the
    // body is still being sent.
    sent.on('socket', (socket) => socket.on('error', () => {}));
    sent.on('response', async (response) => {
      isAnswered = true;
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) });
      } catch {
        gone();
      }
    });
    sent.end(body);
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export interface RequestOptions {
  method?: string;
  token?: string;
  json?: object;
  bytes?: Buffer;
  headers?: Record<string, string>;
  /** Address from which the request is sent. */
  from?: string;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}
