/** Sizes that are part of the protocol: both ends refuse what goes beyond them. Lengths of strings count characters. */
export const limits = {
  /** Bytes of one client frame; a larger one closes the connection with 4013. */
  frameBytes: 64 * 1024,
  /** Characters of a `ref`. */
  ref: 64,
  /** Characters of a device id. */
  device: 64,
  /** Characters of a text body. */
  text: 8000,
  /** Users named in `mentions` of one message. */
  mentions: 200,
  /** Users of one `watch` list. */
  watch: 500,
  /** Characters of a reaction; one emoji can be a sequence of a dozen code points. */
  emoji: 32,
  /** Characters of a file name in a media body. */
  mediaName: 255,
  /** Sends of one connection that may be unacknowledged. */
  inFlight: 32,
  /** Items of one page of a list. */
  page: 200,
} as const;

/** The WebSocket subprotocol both ends speak. */
export const subprotocol = 'parley.v1';
