import { zodToOpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { z } from '@hono/zod-openapi';
import * as protocol from '@parley/protocol';

/** The kinds of a union by name, such as `TextBody`, which generated clients use. */
function kindsOf(union: Union, suffix: string): Record<string, z.ZodType> {
  return Object.fromEntries(
    union.options.map((schema) => {
      const { value } = schema.shape.type;
      return [`${value.charAt(0).toUpperCase()}${value.slice(1)}${suffix}`, schema];
    }),
  );
}

interface Union {
  options: readonly (z.ZodType & { shape: { type: { value: string } } })[];
}

/** The schemas that the document shows by name. */
export const namedSchemas: Record<string, z.ZodType> = {
  User: protocol.userSchema,
  BriefUser: protocol.briefUserSchema,
  Session: protocol.sessionSchema,
  SignIn: protocol.signInSchema,
  FriendRequest: protocol.friendRequestSchema,
  Friend: protocol.friendSchema,
  FriendGroup: protocol.friendGroupSchema,
  Block: protocol.blockSchema,
  Report: protocol.reportSchema,
  Ban: protocol.banSchema,
  Group: protocol.groupSchema,
  Member: protocol.memberSchema,
  ...kindsOf(protocol.bodySchema, 'Body'),
  Body: protocol.bodySchema,
  ...kindsOf(protocol.clientFrameSchema, 'Frame'),
  ClientFrame: protocol.clientFrameSchema,
  Message: protocol.messageSchema,
  Chat: protocol.chatSchema,
  Media: protocol.mediaSchema,
  Problem: protocol.problemSchema,
};

// The protocol's schemas know nothing of OpenAPI: its names are added here.
for (const [name, schema] of Object.entries(namedSchemas))
  zodToOpenAPIRegistry.add(schema, { _internal: { refId: name } });

export {
  banSchema,
  blockSchema,
  chatSchema,
  friendGroupSchema,
  friendRequestSchema,
  friendSchema,
  groupSchema,
  mediaSchema,
  memberSchema,
  messageSchema,
  problemSchema,
  reportSchema,
  sessionSchema,
  signInSchema,
  userSchema,
} from '@parley/protocol';

/** The users that the items of a page name. */
export const usersField = z
  .array(protocol.briefUserSchema)
  .openapi({ description: 'Every user that the items name, each once' });

/** A page of a list. `next` is the page cursor to pass as `after`, null at the end. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
