/**
 * Every error code of REST and frames, with its HTTP status and a sentence for the user. `retry` is
 * true if the same request might succeed later. A client that does not know a new code can still
 * handle it by `retry`.
 */
export const errorCodes = {
  'bad-request': { status: 400, title: 'The request is not valid.', retry: false },
  'bad-frame': { status: 400, title: 'The frame is not valid.', retry: false },
  unauthenticated: { status: 401, title: 'Sign in: the access token is missing, invalid or expired.', retry: false },
  'code-required': { status: 401, title: 'Enter the code of your second factor.', retry: false },
  forbidden: { status: 403, title: 'You are not allowed to do this.', retry: false },
  refused: { status: 403, title: 'A rule of this server does not allow it.', retry: false },
  'not-friends': {
    status: 403,
    title: "You can't message this person because they only accept messages from friends.",
    retry: false,
  },
  blocked: { status: 403, title: "You can't message this person.", retry: false },
  muted: { status: 403, title: 'You are muted in this group.', retry: false },
  'not-member': { status: 403, title: 'Only members of the group can do this.', retry: false },
  'not-found': { status: 404, title: 'Not found.', retry: false },
  'method-not-allowed': { status: 405, title: 'This address does not support the method.', retry: false },
  'too-slow': { status: 408, title: 'The request did not arrive in time.', retry: true },
  'history-disabled': { status: 404, title: 'This server keeps no history.', retry: false },
  conflict: { status: 409, title: 'Conflicts with the current state.', retry: false },
  'group-full': { status: 409, title: 'The group is full.', retry: false },
  'recall-too-late': { status: 409, title: 'The message is too old to be recalled.', retry: false },
  'stream-ended': { status: 409, title: 'The message is complete. No text can be added.', retry: false },
  quota: { status: 413, title: 'Your files use all the space that you have on this server.', retry: false },
  'too-large': { status: 413, title: 'The content is too large.', retry: false },
  'upgrade-required': { status: 426, title: 'This address accepts only WebSocket connections.', retry: false },
  'too-many': { status: 429, title: 'Too many requests. Try again later.', retry: true },
  'slow-mode': { status: 429, title: 'This group has slow mode. Wait before you write again.', retry: true },
  internal: { status: 500, title: 'Something went wrong on the server. Try again later.', retry: true },
  unavailable: { status: 503, title: 'The service is temporarily unavailable. Try again later.', retry: true },
  draining: { status: 503, title: 'This server is stopping. Connect again.', retry: true },
} as const satisfies Record<string, ErrorDescription>;

/** Name of an error code of the protocol. */
export type ErrorCode = keyof typeof errorCodes;

export interface ErrorDescription {
  /** HTTP status. */
  status: number;
  title: string;
  /** True if the same request might succeed later. */
  retry: boolean;
}
