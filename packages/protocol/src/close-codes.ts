/**
 * WebSocket close codes of the gateway. `next` is what the client does after the close: `resume`
 * reconnects and continues at its cursor, `refresh` first gets a new access token, and `stop` does
 * not reconnect.
 */
export const closeCodes = {
  restarting: { code: 1012, next: 'resume', meaning: 'The gateway restarts' },
  tokenEnded: { code: 4001, next: 'refresh', meaning: 'The access token has expired' },
  protocolError: { code: 4002, next: 'stop', meaning: 'A frame was binary or not JSON' },
  sessionRevoked: { code: 4003, next: 'stop', meaning: 'The session was revoked' },
  noProgress: { code: 4008, next: 'resume', meaning: 'The client read nothing for 60 s' },
  replaced: {
    code: 4009,
    next: 'stop',
    meaning: 'The user opened a newer connection (`SESSION_POLICY=single`)',
  },
  frameTooLarge: { code: 4013, next: 'stop', meaning: 'A frame was too large' },
  tooManyFrames: { code: 4029, next: 'resume', meaning: 'The user sent too many frames' },
} as const satisfies Record<string, CloseCode>;

export type CloseReason = keyof typeof closeCodes;

interface CloseCode {
  code: number;
  /** What the client does after the close. */
  next: 'resume' | 'refresh' | 'stop';
  meaning: string;
}
