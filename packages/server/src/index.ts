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
  InboxState,
  Input,
  Invitation,
  Job,
  LegalHold,
  ManyMessage,
  NewMessage,
  Operations,
  Page,
  Paging,
  PreservedMessage,
  PushDevice,
  Ref,
  Removals,
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
