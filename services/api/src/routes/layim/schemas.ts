import { z } from '@hono/zod-openapi';
import type { User } from '@parley/protocol';
import { jsonResponse } from '../../http/operation.ts';
import { problemResponse } from '../../http/response-headers.ts';

/** A user in the format of LayIM's lists. */
export const personSchema = z.object({
  username: z.string(),
  id: z.int(),
  avatar: z.string().openapi({ description: 'Empty for none' }),
  sign: z.string(),
});

const statusFields = {
  code: z.int().openapi({ description: '0, or the HTTP status of the error' }),
  msg: z.string().openapi({ description: 'An error for the user if `code` is not 0' }),
};

/** An error in LayIM's format. */
export const layimErrorSchema = z.object({ ...statusFields, data: z.object({}) });

/** Returns the responses of a LayIM operation: one with `data`, and the error. */
export function layimAnswers<S extends z.ZodType>(data: S, description: string) {
  const schema = z.object({ ...statusFields, data: z.union([data, z.object({})]) });
  return { 200: jsonResponse(schema, description), 429: problemResponse(['too-many']) };
}

/**
 * Converts a user to an entry of LayIM's lists. Its name is `givenName` (the name that the viewer
 * assigned to this friend), if set, otherwise the user's own name.
 */
export function toPerson({ id, name, avatar, sign }: User, givenName = ''): z.infer<typeof personSchema> {
  return { username: givenName || name, id, avatar: avatar ?? '', sign };
}
