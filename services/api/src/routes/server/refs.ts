import { z } from '@hono/zod-openapi';
import type { Database } from '@parley/database';
import { id } from '@parley/protocol';
import { idField } from '../../http/fields.ts';
import { Refusal } from '../../http/refusal.ts';
import { findUserId } from '../../queries/server-users.ts';

// The pattern excludes `system`, which stands for the system user, and `.` and `..`, which cannot
// be path segments.
const externalIdPattern =
  '^(?!(system|\\.{1,2})$)[^~\\s\\u0000-\\u001f\\u007f-\\u009f]([^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f])?$';

/** The external id of a user or group: the id that the product assigned. */
export const externalIdField = z
  .string()
  .min(1)
  .max(128)
  .regex(
    new RegExp(externalIdPattern, 'u'),
    'Begins or ends with a blank, begins with ~, or contains a control character',
  )
  .refine((value) => value.isWellFormed(), { error: 'Contains half of a surrogate pair' })
  .openapi({ minLength: 1, maxLength: 128, pattern: externalIdPattern, example: 'customer-17' });

/** The path parameter of a user or group: an external id, or `~` followed by Parley's id. */
export const refParam = z
  .union([
    z
      .string()
      .startsWith('~')
      .transform((value) => value.slice(1))
      .pipe(idField),
    externalIdField,
  ])
  .openapi({
    type: 'string',
    pattern: `^~[1-9][0-9]{0,14}$|${externalIdPattern}`,
    maxLength: 128,
    description: 'The external id, or `~` and the Parley id',
    example: 'customer-17',
  });

/** A user in a request body: an external id as a string, or Parley's id as a number. */
export const userRef = z
  .union([id, externalIdField])
  .openapi({ description: 'The external id, or the Parley id as a number' });

/** Returns the id of a user. Throws `not-found` if the user does not exist. */
export async function requireUser(db: Database, user: Ref): Promise<number> {
  const found = await findUserId(db, user);
  if (found === undefined) throw new Refusal('not-found', `There is no user ${show(user)}.`);
  return found;
}

/** Formats the id of a user or group for an error message. */
export function show(ref: Ref): string {
  return typeof ref === 'number' ? `~${ref}` : JSON.stringify(ref);
}

/** Parley's id (a number) or an external id (a string) of a user or group. */
export type Ref = number | string;
