import type { Body, Custom, HookEvent } from '@parley/protocol';
import { type RequestHeaders, type VerifyOptions, verify } from '../webhooks/verify.ts';

/**
 * Verifies the request of a hook and returns it. Respond with a `HookReply`, or with 204 to allow.
 *
 * @param body the bytes as they were received
 * @param secrets `whsec_…` of the hook. With several, one of them must have signed the request
 * @throws WebhookError if the signature, the timestamp or the body is invalid
 */
export function verifyHook(
  headers: RequestHeaders,
  body: string | Uint8Array,
  secrets: string | readonly string[],
  options?: VerifyOptions,
): HookRequest {
  return verify(headers, body, secrets, options) as HookRequest;
}

/** A request that asks a hook, one type of `HookData`. */
export type HookRequest = {
  [Type in HookEvent]: {
    id: string;
    type: Type;
    /** Unix ms. */
    date: number;
    data: HookData[Type];
  };
}[HookEvent];

/** What a hook is asked about. */
export interface HookData {
  'message.send': {
    from: number;
    to: number;
    ref: string;
    body: Body;
    custom?: Custom;
    replyTo?: number;
    mentions?: number[];
    silent?: true;
  };
  'message.edit': { from: number; chat: number; id: number; body: Body; custom?: Custom };
  'user.register': { username: string; name: string; address: string };
  'friend.request': { from: number; to: number; message: string };
  /** `group` is null while the group is created, with `name`. */
  'group.join': { group: number | null; name?: string; users: number[]; by: number };
}
