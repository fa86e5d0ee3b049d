import type { Closed } from './transport.ts';

/** What a client does after a WebSocket was closed with this code. Codes that are not known may be tried again. */
export function afterClose(code: number, reason = ''): Closed {
  const next = code === 4001 ? 'expired' : final.includes(code) ? 'final' : 'lost';
  return { next, code, reason };
}

/** The same for the status and body of an HTTP answer that is no success; 0 when there was no answer. */
export function afterStatus(status: number, body = ''): Closed {
  const reason = /"detail":"([^"]*)"/.exec(body)?.[1] ?? body.slice(0, 200);
  // Said by a gateway, and not by something before it that blocks a transport: there is a newer connection, or the page may not come.
  const refused = status === 403 && body.includes('"code":"forbidden"');
  return { next: status === 401 ? 'expired' : refused ? 'final' : 'lost', code: status, reason };
}

// Unreadable frame, session revoked, replaced, frame too large.
const final = [4002, 4003, 4009, 4013];
