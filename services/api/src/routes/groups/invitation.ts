import { randomBytes } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Database } from '@parley/database';
import type { GroupInvitation } from '@parley/protocol';
import { decrypt, encrypt } from '../../accounts/encryption.ts';
import { hashToken } from '../../accounts/secret-token.ts';
import type { ApiConfig } from '../../config.ts';
import { MAX_DATE } from '../../http/fields.ts';
import { fieldRefusal, Refusal } from '../../http/refusal.ts';
import {
  deleteEndedInvitations,
  type InvitationKey,
  type InvitationRow,
  insertInvitation,
} from '../../queries/group-invitations.ts';

/** The schema of the request body that creates a group invitation. */
export const newInvitationSchema = z.strictObject({
  approval: z
    .boolean()
    .optional()
    .openapi({ description: 'Whether the owner and admins decide about each user who follows it' }),
  uses: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .optional()
    .openapi({ description: 'How many users may use it. Default: null, any number' }),
  expires: z
    .int()
    .positive()
    .max(MAX_DATE)
    .nullable()
    .optional()
    .openapi({ description: 'In Unix ms. Null: never. Default: after `INVITATION_TTL`' }),
});

/** The path parameter that identifies a group invitation: id or code. */
export const invitationParam = z.string().regex(/^[\w-]{1,64}$/, 'Not an invitation');

/** Returns the database key of an invitation from its id or code. */
export function toInvitationKey(given: string): InvitationKey {
  return /^\d{1,16}$/.test(given) ? { id: Number(given) } : { code_hash: hashToken(given) };
}

/**
 * Creates an invitation to a group, which the caller must have locked. Deletes the group's
 * invitations that are used up or have expired.
 *
 * @param by the user who creates the invitation. Null: the server API creates it
 */
export async function makeInvitation(
  tx: Database,
  config: ApiConfig,
  group: number,
  by: number | null,
  { approval = false, uses = null, expires = Date.now() + config.invitationTtl }: z.infer<typeof newInvitationSchema>,
): Promise<GroupInvitation> {
  if (expires !== null && expires <= Date.now()) {
    throw fieldRefusal('bad-request', 'expires', 'Choose a date in the future.');
  }
  if ((await deleteEndedInvitations(tx, group)) >= config.limits.invitations) {
    throw new Refusal('conflict', 'The group has the maximum number of links. Revoke one first.');
  }
  // The code has 128 random bits.
  const code = randomBytes(16).toString('base64url');
  const hash = hashToken(code);
  const row = await insertInvitation(tx, {
    ...{ group_id: group, by_id: by, approval, uses, expires, code_hash: hash },
    code: encrypt(config.tokens.secret, PURPOSE, hash, code),
  });
  return toInvitation(config, row);
}

/**
 * Converts an invitation row to the form that the owner and admins receive, which contains the
 * code.
 */
export function toInvitation(
  { tokens, accounts }: ApiConfig,
  { id, code_hash: hash, code, by_id: by, approval, uses, used, expires, created }: InvitationRow,
): GroupInvitation {
  const plain = decrypt(tokens.secrets, PURPOSE, hash, code) ?? null;
  const url = plain === null ? null : `${accounts.publicUrl ?? ''}/join/${plain}`;
  return { id, code: plain, url, by, approval, uses, used, expires, created };
}

const PURPOSE = 'group invitation';
