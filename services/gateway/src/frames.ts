import { type ErrorCode, errorCodes } from '@parley/protocol';

/** An error frame as text. `retryAfter` in ms. */
export function errorFrame(ref: string | undefined, code: ErrorCode, message?: string, retryAfter?: number): string {
  const { title, retry } = errorCodes[code];
  return JSON.stringify({ type: 'error', ref, code, message: message ?? title, retry, retryAfter });
}

/** The answer to any frame but a send that was carried out. */
export function ackFrame(ref: string): string {
  return `{"type":"ack","ref":${JSON.stringify(ref)}}`;
}

/** The frame of an event, byte for byte as the scripts of Redis publish it. */
export function eventFrame(epoch: number, offset: number, event: string): string {
  return `{"type":"event","cursor":"${epoch}-${offset}","event":${event}}`;
}

export function presenceFrame(user: number, online: boolean, lastSeen: number | null): string {
  return `{"type":"presence","user":${user},"online":${online},"lastSeen":${lastSeen}}`;
}

export function reconnectFrame(after: number): string {
  return `{"type":"reconnect","after":${after}}`;
}
