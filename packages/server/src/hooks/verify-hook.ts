import type { Body, Custom, HookEvent } from '@parley/protocol';
import { type RequestHeaders, type VerifyOptions, verify } from '../webhooks/verify.ts';

/**
 * Verifies a request that a gateway or the api sent to a hook, and returns its content. The hook
 * must respond with a `HookReply`, or with status 204 to allow the action.
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

/** A request to a hook. The type of `data` depends on `type`. */
export type HookRequest = {
  [Type in HookEvent]: {
    id: string;
    type: Type;
    /** The same as `type`. */
    hook: Type;
    /** Unix ms. */
    date: number;
    data: HookData[Type];
  };
}[HookEvent];

/** Data of the action that a hook can allow or refuse, by type of request. */
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
    /** Set at the start of a streamed message. */
    streaming?: true;
  };
  /** `streaming` is false at the end of a streamed message. */
  'message.edit': { from: number; chat: number; id: number; body: Body; custom?: Custom; streaming?: false };
  'user.register': { username: string; name: string; address: string };
  'friend.request': { from: number; to: number; message: string };
  /** `group` is null if the group does not exist yet; `name` is then its name. */
  'group.join': { group: number | null; name?: string; users: number[]; by: number; invitation?: number };
}
