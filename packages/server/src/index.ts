export type {
  Body,
  Chat,
  Custom,
  Friend,
  Group,
  HookEvent,
  HookReply,
  Member,
  Message,
  NoticeBody,
  ReceivedBody,
  Report,
  Session,
  User,
} from '@parley/protocol';
export { ParleyServerError } from './calls/error.ts';
export type {
  Accepted,
  DeadWebhook,
  Import,
  ImportLine,
  Input,
  Invitation,
  Job,
  ManyMessage,
  NewMessage,
  Operations,
  Page,
  Paging,
  PushDevice,
  Ref,
  ServerGroup,
  ServerReport,
  ServerSession,
  ServerUser,
  WebhookEndpoint,
} from './calls/operations.ts';
export { ParleyServer, type ParleyServerOptions } from './calls/parley-server.ts';
export { type HookHandlers, handleHook } from './hooks/handle-hook.ts';
export { type HookData, type HookRequest, verifyHook } from './hooks/verify-hook.ts';
export { type RequestHeaders, type VerifyOptions, WebhookError } from './webhooks/verify.ts';
export { verifyWebhook, type WebhookData, type WebhookEvent } from './webhooks/verify-webhook.ts';
