import type { CloseReason } from './transport.ts';

/** Returns what the client does after a WebSocket was closed. It reconnects after unknown codes. */
export function afterClose(code: number, reason = ''): CloseReason {
  const next = code === 4001 ? 'expired' : FINAL_CODES.includes(code) ? 'final' : 'lost';
  return { next, code, reason };
}

/**
 * Returns what the client does after a failed HTTP request with this status and body. Status 0: the
 * server did not respond.
 */
export function afterStatus(status: number, body = ''): CloseReason {
  const reason = /"detail":"([^"]*)"/.exec(body)?.[1] ?? body.slice(0, 200);
  // A gateway's 403 is final: the connection was replaced or the origin is not allowed. A proxy's
  // 403 blocks one transport.
  const refused = status === 403 && body.includes('"code":"forbidden"');
  return { next: status === 401 ? 'expired' : refused ? 'final' : 'lost', code: status, reason };
}

/** Final close codes: protocol error, session revoked, connection replaced, frame too large. */
const FINAL_CODES = [4002, 4003, 4009, 4013];
