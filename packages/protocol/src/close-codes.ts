/**
 * Why a gateway closed a WebSocket, and what a client does next: `resume` connects again with its cursor, `refresh` gets a
 * fresh token first, `stop` does not come back by itself.
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
