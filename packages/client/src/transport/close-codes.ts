import type { CloseReason } from './transport.ts';

/**
 * Returns what the client does after a WebSocket was closed with this code. The client reconnects
 * after an unknown code.
 */
export function afterClose(code: number, reason = ''): CloseReason {
  const next = code === 4001 ? 'expired' : FINAL_CODES.includes(code) ? 'final' : 'lost';
  return { next, code, reason };
}

/**
 * Returns what the client does after a failed HTTP request with this status and response body.
 * Status 0: the server did not respond.
 */
export function afterStatus(status: number, body = ''): CloseReason {
  const reason = /"detail":"([^"]*)"/.exec(body)?.[1] ?? body.slice(0, 200);
  // A 403 of a gateway is final, because the connection was replaced or the origin is not allowed.
  // A 403 of a proxy blocks only one transport.
  const refused = status === 403 && body.includes('"code":"forbidden"');
  return { next: status === 401 ? 'expired' : refused ? 'final' : 'lost', code: status, reason };
}

/**
 * Close codes after which the client does not reconnect: protocol error, session revoked,
 * connection replaced, frame too large.
 */
const FINAL_CODES = [4002, 4003, 4009, 4013];
