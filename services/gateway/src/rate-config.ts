import { integer, size, type Values } from '@parley/service';
import type { LocalRates, RateName } from './admission/budget.ts';
import type { RateLimit } from './admission/token-bucket.ts';

const count = (value: number) => integer({ min: 1, max: 1_000_000, default: value });
const bytes = (value: number) => size({ min: 1024, default: value });

/** Environment variables that set the rate limits. */
export const rateVariables = {
  SEND_RATE: count(20),
  SEND_BURST: count(100),
  SEND_BYTES: bytes(1024 * 1024),
  SEND_BYTES_BURST: bytes(8 * 1024 * 1024),
  MUTATION_RATE: count(10),
  MUTATION_BURST: count(100),
  MARK_RATE: count(50),
  MARK_BURST: count(500),
  TYPING_RATE: count(2),
  TYPING_BURST: count(20),
  LOOKUP_RATE: count(10),
  LOOKUP_BURST: count(500),
  FRAME_RATE: count(100),
  FRAME_BURST: count(500),
  FRAME_BYTES: bytes(512 * 1024),
  FRAME_BYTES_BURST: bytes(4 * 1024 * 1024),
  READ_BYTES: bytes(1024 * 1024),
  READ_BYTES_BURST: bytes(64 * 1024 * 1024),
};

/** Reads the rate limits from environment variables. */
export function rateConfig(values: Values<typeof rateVariables>): RateConfig {
  return {
    sendRate: values.SEND_RATE,
    sendBurst: values.SEND_BURST,
    sendBytes: values.SEND_BYTES,
    sendBytesBurst: values.SEND_BYTES_BURST,
    mutationRate: values.MUTATION_RATE,
    mutationBurst: values.MUTATION_BURST,
    markRate: values.MARK_RATE,
    markBurst: values.MARK_BURST,
    typingRate: values.TYPING_RATE,
    typingBurst: values.TYPING_BURST,
    lookupRate: values.LOOKUP_RATE,
    lookupBurst: values.LOOKUP_BURST,
    frameRate: values.FRAME_RATE,
    frameBurst: values.FRAME_BURST,
    frameBytes: values.FRAME_BYTES,
    frameBytesBurst: values.FRAME_BYTES_BURST,
    readBytes: values.READ_BYTES,
    readBytesBurst: values.READ_BYTES_BURST,
  };
}

/** Returns the limits that apply to a user on all gateways together. */
export function userRateLimits(config: RateConfig): Record<RateName, RateLimit> {
  return {
    send: { perSecond: config.sendRate, burst: config.sendBurst },
    mutation: { perSecond: config.mutationRate, burst: config.mutationBurst },
    mark: { perSecond: config.markRate, burst: config.markBurst },
    typing: { perSecond: config.typingRate, burst: config.typingBurst },
    lookup: { perSecond: config.lookupRate, burst: config.lookupBurst },
    bytes: { perSecond: config.sendBytes, burst: config.sendBytesBurst },
  };
}

/** Returns the limits on the frames that a user sends to one gateway. */
export function localRates(config: RateConfig): LocalRates {
  return {
    frames: { perSecond: config.frameRate, burst: config.frameBurst },
    frameBytes: { perSecond: config.frameBytes, burst: config.frameBytesBurst },
    readBytes: { perSecond: config.readBytes, burst: config.readBytesBurst },
  };
}

/**
 * Rate limits of one user, for all connections of the user together. A rate is per second; a burst
 * is the maximum that can be used at once.
 */
export interface RateConfig {
  /** Messages. */
  sendRate: number;
  sendBurst: number;
  /**
   * Limit on the bytes that a user's messages and changes write to Redis: their size times the
   * number of copies.
   */
  sendBytes: number;
  sendBytesBurst: number;
  /** Limit on the number of edits, reactions, recalls, pins and actions. */
  mutationRate: number;
  mutationBurst: number;
  markRate: number;
  markBurst: number;
  typingRate: number;
  typingBurst: number;
  /**
   * Limit on the number of requests to the recorder for users or messages that are missing in
   * Redis.
   */
  lookupRate: number;
  lookupBurst: number;
  /** Limit on the number of frames that a user sends to one gateway. */
  frameRate: number;
  frameBurst: number;
  /** Limit on the bytes of the frames that a user sends to one gateway. */
  frameBytes: number;
  frameBytesBurst: number;
  /** Limit on the bytes that one gateway reads from the user's inbox. */
  readBytes: number;
  readBytesBurst: number;
}
