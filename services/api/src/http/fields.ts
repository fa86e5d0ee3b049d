import { z } from '@hono/zod-openapi';
import { customSchema, fits, limits } from '@parley/protocol';
import { findDisguise } from '../names/display-text.ts';

/**
 * Returns the schema of a single-line string that has `min` to `max` characters after trimming.
 * Rejects lone surrogates, control characters, bidirectional controls and invisible characters,
 * which could make a name look like another name. The `pattern` in the OpenAPI document states the
 * same rules, except for characters above U+FFFF.
 */
export function line(max: number, min: 0 | 1 = 1, findProblem: (text: string) => string | undefined = () => undefined) {
  return z
    .string()
    .trim()
    .refine((value) => fits(value, max), { error: `Too long. Use at most ${max} characters.` })
    .refine((value) => value.isWellFormed(), { error: 'Contains half of a surrogate pair' })
    .refine((value) => !hasUnwanted.test(value), {
      error: 'Contains a control character, an invisible character or a line break',
    })
    .refine((value) => min === 0 || hasVisible.test(value), { error: 'Enter at least one character.' })
    .superRefine((value, context) => {
      const problem = findProblem(value);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    })
    .openapi({ minLength: min, maxLength: max, pattern: min === 0 ? anyLine : visibleLine });
}

// Joiners and variation selectors. Emoji and Persian and Indian words contain them, but alone they
// are invisible.
const joiners = '\\u200c\\u200d\\ufe00-\\ufe0f';
const unwanted =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b\\u200e\\u200f' +
  '\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb';
// These ranges are left out of the patterns in the OpenAPI document, because engines that work on
// UTF-16, such as .NET's, reject ranges above U+FFFF.
const unwantedAbove = '\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}';
const blank = `\\s\\u2800${joiners}`;
const hasUnwanted = new RegExp(`[${unwanted}${unwantedAbove}]`, 'u');
const hasVisible = new RegExp(`[^${blank}]`, 'u');
const anyLine = `^[^${unwanted}]*$`;
const visibleLine = `^[^${unwanted}]*[^${unwanted}${blank}][^${unwanted}]*$`;

const avatarPattern = `^(https?://[^\\s<>"'\`\\u0000-\\u001f\\u007f-\\u009f]+|/v1/media/[1-9][0-9]{0,15})$`;

/** A new username. Parsing converts it to lower case. */
export const usernameField = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9_.-]{3,32}$/, 'Use 3 to 32 of the characters a-z 0-9 _ . -')
  .openapi({ minLength: 3, maxLength: 32, pattern: '^[A-Za-z0-9_.-]{3,32}$', example: 'ann' });

/** The id of a session. */
export const sessionIdField = z.string().regex(/^[\w-]{1,64}$/, 'Not a session');

/** A new password. */
export const passwordField = z
  .string()
  .refine((value) => !fits(value, 7), { error: 'Too short. Use at least 8 characters.' })
  .refine((value) => fits(value, 256), { error: 'Too long. Use at most 256 characters.' })
  .refine((value) => value.isWellFormed(), { error: 'Contains half of a surrogate pair' })
  .openapi({ minLength: 8, maxLength: 256, format: 'password' });

/** The display name of a user or the name of a group. */
export const nameField = line(64, 1, findDisguise);

export const deviceField = line(limits.device);

/** The URL of an image: a media path of this server, or a URL whose host `checkAvatar` accepts. */
export const avatarField = z
  .string()
  .max(1000)
  .regex(new RegExp(avatarPattern), 'Not the address of an image')
  .refine((value) => value.isWellFormed(), { error: 'Contains half of a surrogate pair' })
  .openapi({ pattern: avatarPattern })
  .nullable();

/**
 * Custom data of a user, group or chat. `checkCustom` checks that its size is at most `MAX_CUSTOM`.
 */
export const customField = customSchema.nullable().openapi({
  type: ['object', 'null'],
  description: 'Data of the app, at most `MAX_CUSTOM` bytes of JSON. Null removes it',
});

/** The id of an object, such as a user or group, in a path or query. */
export const idField = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'Not an id')
  .transform(Number)
  .refine(Number.isSafeInteger, { error: 'Not a valid id' })
  .openapi({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** Returns the schema of a PATCH body: optional fields, of which at least one is required. */
export function changes<S extends z.ZodRawShape>(shape: S) {
  return z
    .strictObject(shape)
    .refine((given) => Object.keys(given).length > 0, { error: 'Name at least one field to change.' })
    .openapi({ minProperties: 1 });
}

/** The latest date that JavaScript can represent, in Unix ms. */
export const MAX_DATE = 8_640_000_000_000_000;

/** The path parameter `{id}`. */
export const idParams = z.object({ id: idField });
