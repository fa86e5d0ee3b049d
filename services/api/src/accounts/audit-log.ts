import type { Log } from '@parley/service';

/**
 * Writes the audit log: one JSON line with `log: "audit"` per security event, whatever `LOG_LEVEL`
 * is. README.md lists the events. The lines never contain secrets or text that a person typed.
 */
export class AuditLog {
  readonly #log: Log | undefined;

  /** @param log receives the lines. Undefined turns the audit log off */
  constructor(log: Log | undefined) {
    this.#log = log?.child({ log: 'audit' }, { level: 'info' });
  }

  /** Writes a security event to the log. */
  record(event: AuditEvent, fields: AuditFields): void {
    this.#log?.info({ event, ...fields }, event);
  }
}

/** Names of the events in the audit log. */
export type AuditEvent =
  | 'account.registered'
  | 'account.deleted'
  | 'account.exported'
  | 'account.deactivated'
  | 'account.reactivated'
  | 'chats.read'
  | 'connections.closed'
  | 'connections.read'
  | 'email.changed'
  | 'email.removed'
  | 'group.banned'
  | 'group.invitation-created'
  | 'group.invitation-revoked'
  | 'group.join-accepted'
  | 'group.join-declined'
  | 'group.joined'
  | 'group.muted'
  | 'group.slow-mode'
  | 'group.role-changed'
  | 'group.unbanned'
  | 'group.visibility'
  | 'history.imported'
  | 'hold.created'
  | 'hold.ended'
  | 'hold.read'
  | 'inbox.read'
  | 'invitation.created'
  | 'invitation.deleted'
  | 'job.canceled'
  | 'job.created'
  | 'message.edited'
  | 'message.hidden'
  | 'message.removed'
  | 'messages.read'
  | 'password.changed'
  | 'password.check-failed'
  | 'password.reset-issued'
  | 'password.reset-requested'
  | 'password.reset'
  | 'push-devices.read'
  | 'report.created'
  | 'report.updated'
  | 'retention.changed'
  | 'server-api.called'
  | 'server-api.refused'
  | 'session.ended'
  | 'session.reused-token'
  | 'session.token-issued'
  | 'sessions.read'
  | 'sign-in.succeeded'
  | 'sign-in.failed'
  | 'sign-in.limited'
  | 'totp.enabled'
  | 'totp.disabled'
  | 'totp.failed'
  | 'recovery-code.used';

/** Fields of an audit event, such as the user and the address. */
export type AuditFields = Record<string, string | number | boolean | object | null | undefined>;
