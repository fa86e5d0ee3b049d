/**
 * Close codes of the gateway, with the action of the client after each: `resume` reconnects with
 * its cursor, `refresh` gets a new token first, `stop` does not reconnect.
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
  /** The next action of the client. */
  next: 'resume' | 'refresh' | 'stop';
  meaning: string;
}
