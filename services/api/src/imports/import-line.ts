import { z } from '@hono/zod-openapi';
import { bodySchema, customSchema, limits, parseJson, text } from '@parley/protocol';
import type { ApiConfig } from '../config.ts';
import { checkCustom } from '../http/check-custom.ts';
import { MAX_DATE } from '../http/fields.ts';
import { onInvalid } from '../http/on-invalid.ts';
import { Refusal } from '../http/refusal.ts';
import { externalIdField, userRef } from '../routes/server/refs.ts';
import type { Line } from './read-lines.ts';

const date = z.int().nonnegative().max(MAX_DATE);
const sender = z.union([z.literal('system'), userRef]);
const chat = z.union([userRef, z.strictObject({ group: externalIdField })]);

/** The schema of one line of an import: a message, a read position or the join date of a member. */
export const importLineSchema = z
  .discriminatedUnion('type', [
    z
      .strictObject({
        type: z.literal('message'),
        id: text(limits.ref).openapi({ description: 'Id in the system that it comes from, unique for each sender' }),
        from: sender,
        to: chat,
        date: date.openapi({ description: 'When it was sent, in Unix ms' }),
        body: bodySchema,
        custom: customSchema.optional(),
        mentions: z.array(userRef).max(limits.mentions).optional(),
        replyTo: z
          .strictObject({ id: text(limits.ref), date })
          .optional()
          .openapi({ description: 'Id and date of an earlier message of the chat' }),
      })
      .openapi('ImportedMessage'),
    z
      .strictObject({
        type: z.literal('read'),
        user: userRef,
        chat,
        date: date.openapi({ description: 'The user has read all messages of the chat up to this date' }),
      })
      .openapi('ImportedRead'),
    z
      .strictObject({
        type: z.literal('member'),
        group: userRef,
        user: userRef,
        joined: date.openapi({ description: 'Since when the user sees and counts messages of the group' }),
      })
      .openapi('ImportedMember'),
  ])
  .openapi('ImportLine');

/**
 * Parses a line of an import.
 *
 * @throws Refusal if the line is invalid
 */
export function parseLine(config: ApiConfig, { bytes, text }: Line, now: number): ImportLine {
  if (text === undefined) {
    if (bytes > config.imports.line)
      throw new Refusal('too-large', `A line may have at most ${config.imports.line} bytes.`);
    throw new Refusal('bad-request', 'The line is not UTF-8.');
  }
  const json = parseJson(text);
  if (!json.ok)
    throw new Refusal('bad-request', json.reason === 'syntax' ? 'The line is not JSON.' : `${json.message}.`);
  const parsed = importLineSchema.safeParse(json.value);
  if (!parsed.success) {
    onInvalid(parsed);
    throw new Refusal('bad-request');
  }
  const line = parsed.data;
  if (line.type === 'message') {
    checkCustom(config, line.custom);
    if (line.body.type === 'custom') checkCustom(config, line.body.data, 'body.data');
  }
  const when = line.type === 'member' ? line.joined : line.date;
  if (when > now) throw new Refusal('bad-request', 'The date is in the future.');
  return line;
}

export type ImportLine = z.infer<typeof importLineSchema>;
