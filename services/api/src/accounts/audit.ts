import type { Context } from 'hono';
import type { CallerEnv, OpenEnv } from '../app-context.ts';
import { addressOf } from '../http/limit-rate.ts';
import type { AuditEvent, AuditFields } from './audit-log.ts';

/**
 * Writes a security event to the audit log, with the request's id, its client address and, if
 * known, the user who sent the request.
 */
export function audit(c: { var: OpenEnv['Variables'] }, event: AuditEvent, fields: AuditFields = {}): void {
  const { context, requestId, caller, key } = c.var as Audited;
  context.accounts.audit.record(event, {
    ...fields,
    ...(caller && { by: { user: caller.user, session: caller.session } }),
    ...(key !== undefined && { key }),
    address: addressOf(c as Context<OpenEnv>),
    requestId,
  });
}

type Audited = OpenEnv['Variables'] & Partial<CallerEnv['Variables']> & { key?: string };
