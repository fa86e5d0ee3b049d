/**
 * Close codes of the gateway and what a client does after each: `resume` reconnects with its
 * cursor, `refresh` gets a new token first, `stop` does not reconnect.
 */
export const closeCodes = {
  restarting: { code: 1012, next: 'resume' },
  tokenEnded: { code: 4001, next: 'refresh' },
  protocolError: { code: 4002, next: 'stop' },
  sessionRevoked: { code: 4003, next: 'stop' },
  noProgress: { code: 4008, next: 'resume' },
  replaced: { code: 4009, next: 'stop' },
  frameTooLarge: { code: 4013, next: 'stop' },
  tooManyFrames: { code: 4029, next: 'resume' },
} as const satisfies Record<string, { code: number; next: 'resume' | 'refresh' | 'stop' }>;

export type CloseReason = keyof typeof closeCodes;
