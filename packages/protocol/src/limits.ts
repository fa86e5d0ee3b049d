/**
 * Limits that servers and clients enforce. The length of a string is measured in characters (code
 * points).
 */
export const limits = {
  /**
   * Maximum bytes of one client frame. The gateway closes the connection with 4013 after a larger
   * frame.
   */
  frameBytes: 64 * 1024,
  /** Maximum number of levels of nested objects and arrays in JSON from a client. */
  depth: 32,
  /** Maximum characters of a `ref`, the idempotency key of a message. */
  ref: 64,
  /** Maximum characters of a device id. */
  device: 64,
  /** Maximum characters of the text of a message. */
  text: 8000,
  /**
   * Maximum bytes of a `custom` object as JSON. A server can set a lower limit with `MAX_CUSTOM`.
   */
  custom: 16 * 1024,
  /** Maximum characters of the message to the user when a hook rejects a request. */
  hookMessage: 500,
  /** Maximum seconds that a group's slow mode can require between two messages of a member. */
  slowMode: 86_400,
  /** Maximum number of users in `mentions` of one message. */
  mentions: 200,
  /** Maximum number of users in one `watch` frame. */
  watch: 500,
  /** Maximum characters of a reaction. A single emoji can consist of a dozen code points. */
  emoji: 32,
  /** Maximum number of messages that one `hide` frame deletes. */
  hide: 100,
  /** Maximum characters of the name of an `action`. */
  action: 64,
  /** Maximum characters of `state` in a `typing` frame. */
  typingState: 32,
  /** Maximum number of user ids in a notice. */
  noticeUsers: 20,
  /** Maximum characters of the group name in a notice. */
  noticeName: 64,
  /** Maximum characters of the file name of a media file. */
  mediaName: 255,
  /** Maximum number of `send` frames of a connection that are not acknowledged yet. */
  inFlight: 32,
  /** Maximum number of items in one page of a list. */
  page: 200,
} as const;

/** Name of the WebSocket subprotocol. */
export const subprotocol = 'parley.v1';
