/** Limits that server and client enforce. Lengths of strings are in characters (code points). */
export const limits = {
  /** Bytes of one client frame. A larger frame closes the connection with 4013. */
  frameBytes: 64 * 1024,
  /** Levels of objects and arrays in any JSON that a client sends. */
  depth: 32,
  /** Characters of a `ref`. */
  ref: 64,
  /** Characters of a device id. */
  device: 64,
  /** Characters of a text body. */
  text: 8000,
  /** Bytes of the JSON of a `custom` object. The setting `MAX_CUSTOM` of a server may be lower. */
  custom: 16 * 1024,
  /** Characters of the message with which a hook rejects a request. */
  hookMessage: 500,
  /** Maximum seconds of the slow mode of a group. */
  slowMode: 86_400,
  /** Users in `mentions` of one message. */
  mentions: 200,
  /** Users of one `watch` frame. */
  watch: 500,
  /** Characters of a reaction. One emoji may be a sequence of a dozen code points. */
  emoji: 32,
  /** Messages of one `hide` frame. */
  hide: 100,
  /** Characters of the name of an `action`. */
  action: 64,
  /** Characters of the `state` of a `typing` frame. */
  typingState: 32,
  /** Users that a notice names. */
  noticeUsers: 20,
  /** Characters of the name of a group in a notice. */
  noticeName: 64,
  /** Characters of a file name in a media body. */
  mediaName: 255,
  /** Unacknowledged sends of one connection. */
  inFlight: 32,
  /** Items of one page of a list. */
  page: 200,
} as const;

/** The WebSocket subprotocol. */
export const subprotocol = 'parley.v1';
