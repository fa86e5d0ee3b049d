import { z } from '@hono/zod-openapi';
import { fits, limits } from '@parley/protocol';

/**
 * One line of text of `min` to `max` characters, blanks around it removed. Refused are lone surrogates, control characters, and those
 * that turn the direction of writing, with which a name could be made to look like another.
 */
export function line(max: number, min = 1) {
  return z
    .string()
    .trim()
    .refine((value) => fits(value, max), { error: `Too long: at most ${max} characters` })
    .refine((value) => min === 0 || (fits(value, min - 1) ? false : visible.test(value)), {
      error: `Too short: at least ${min} characters`,
    })
    .refine((value) => value.isWellFormed(), { error: 'Holds a lone surrogate' })
    .refine((value) => !unwanted.test(value), { error: 'Holds a control character' })
    .openapi({ minLength: min, maxLength: max });
}

const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;
const unwanted = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** A new username; upper case is lowered. */
export const usernameField = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9_.-]{3,32}$/, '3 to 32 of a-z 0-9 _ . -')
  .openapi({ minLength: 3, maxLength: 32, pattern: '^[A-Za-z0-9_.-]{3,32}$', example: 'ann' });

/** A session's id. */
export const sessionIdField = z.string().regex(/^[\w-]{1,64}$/, 'Not a session');

/** A new password. */
export const passwordField = z
  .string()
  .refine((value) => !fits(value, 7), { error: 'Too short: at least 8 characters' })
  .refine((value) => fits(value, 256), { error: 'Too long: at most 256 characters' })
  .refine((value) => value.isWellFormed(), { error: 'Holds a lone surrogate' })
  .openapi({ minLength: 8, maxLength: 256, format: 'password' });

export const nameField = line(64);

export const deviceField = line(limits.device);

/** Where an image lies: at any site, or here. */
export const avatarField = z
  .string()
  .max(1000)
  .regex(/^(https?:\/\/[^\s<>"'`\p{Cc}\p{Cs}]+|\/v1\/media\/[1-9]\d{0,15})$/u, 'Not an address of an image')
  .nullable();

/** The id of a user, group, chat or the like, in a path or query. */
export const idField = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'Not an id')
  .transform(Number)
  .refine(Number.isSafeInteger, { error: 'Not an id' })
  .openapi({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** `{id}` of a path. */
export const idParams = z.object({ id: idField });
