/**
 * Every error code of REST and frames: the HTTP status, a sentence for people, and whether the same request may
 * succeed later unchanged (`retry`), so that an old client acts rightly on a new code.
 */
export const errorCodes = {
  'bad-request': { status: 400, title: 'The request is not valid.', retry: false },
  'bad-frame': { status: 400, title: 'The frame is not valid.', retry: false },
  unauthenticated: { status: 401, title: 'A valid access token is needed.', retry: false },
  forbidden: { status: 403, title: 'This is not allowed.', retry: false },
  'not-friends': { status: 403, title: 'Only friends may write to this user.', retry: false },
  blocked: { status: 403, title: 'This user does not take messages from you.', retry: false },
  'not-member': { status: 403, title: 'Only members may do this in the group.', retry: false },
  'not-found': { status: 404, title: 'There is no such thing.', retry: false },
  'history-disabled': { status: 404, title: 'This server keeps no history.', retry: false },
  conflict: { status: 409, title: 'This contradicts what is there already.', retry: false },
  'group-full': { status: 409, title: 'The group has as many members as it may have.', retry: false },
  'recall-too-late': { status: 409, title: 'The message is too old to be taken back.', retry: false },
  'too-large': { status: 413, title: 'The content is too large.', retry: false },
  'too-many': { status: 429, title: 'Too many requests; try again later.', retry: true },
  internal: { status: 500, title: 'Something went wrong on our side.', retry: true },
  unavailable: { status: 503, title: 'A part of the service is away; try again.', retry: true },
  draining: { status: 503, title: 'This server is going away; connect again.', retry: true },
} as const satisfies Record<string, ErrorDescription>;

/** One word of the error list. */
export type ErrorCode = keyof typeof errorCodes;

export interface ErrorDescription {
  /** HTTP status. */
  status: number;
  title: string;
  /** True when the same request may succeed later unchanged. */
  retry: boolean;
}
