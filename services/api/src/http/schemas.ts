import { zodToOpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { z } from '@hono/zod-openapi';
import * as protocol from '@parley/protocol';

/**
 * Names each member of a union, such as `TextBody`. Generated clients use these names. A member
 * that is itself a union of operations also has one name per operation, such as `StreamStartFrame`.
 */
function kindsOf(union: Union, suffix: string): Record<string, z.ZodType> {
  const entries = union.options.flatMap((schema): [string, z.ZodType][] => {
    if ('shape' in schema) return [[`${capital(schema.shape.type.value)}${suffix}`, schema]];
    const kinds = schema.options.map(({ shape }) => shape);
    const name = capital(kinds[0]?.type.value ?? '');
    const operations = schema.options.map((each, i): [string, z.ZodType] => [
      `${name}${capital(kinds[i]?.op.value ?? '')}${suffix}`,
      each,
    ]);
    return [...operations, [`${name}${suffix}`, schema]];
  });
  return Object.fromEntries(entries);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

interface Union {
  options: readonly (Kind | (z.ZodType & { options: readonly Operation[] }))[];
}

type Kind = z.ZodType & { shape: { type: { value: string } } };
type Operation = z.ZodType & { shape: { type: { value: string }; op: { value: string } } };

/** Maps names to the schemas that the OpenAPI document lists under these names. */
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
  FoundGroup: protocol.foundGroupSchema,
  Member: protocol.memberSchema,
  GroupInvitation: protocol.groupInvitationSchema,
  InvitationPreview: protocol.invitationPreviewSchema,
  JoinRequest: protocol.joinRequestSchema,
  JoinResult: protocol.joinResultSchema,
  ...kindsOf(protocol.bodySchema, 'Body'),
  Body: protocol.bodySchema,
  ReceivedTextBody: protocol.receivedBodySchema.options[0],
  NoticeBody: protocol.noticeBodySchema,
  ReceivedBody: protocol.receivedBodySchema,
  ...kindsOf(protocol.clientFrameSchema, 'Frame'),
  ClientFrame: protocol.clientFrameSchema,
  Message: protocol.messageSchema,
  Chat: protocol.chatSchema,
  LinkPreview: protocol.linkPreviewSchema,
  Media: protocol.mediaSchema,
  Problem: protocol.problemSchema,
};

// Names the protocol's schemas here, because the protocol package does not depend on OpenAPI.
for (const [name, schema] of Object.entries(namedSchemas))
  zodToOpenAPIRegistry.add(schema, { _internal: { refId: name } });

export {
  banSchema,
  blockSchema,
  chatSchema,
  foundGroupSchema,
  friendGroupSchema,
  friendRequestSchema,
  friendSchema,
  groupInvitationSchema,
  groupSchema,
  invitationPreviewSchema,
  joinRequestSchema,
  joinResultSchema,
  linkPreviewSchema,
  mediaSchema,
  memberSchema,
  messageSchema,
  problemSchema,
  reportSchema,
  sessionSchema,
  signInSchema,
  userSchema,
} from '@parley/protocol';

/** The field of a page with all users that its items refer to. */
export const usersField = z
  .array(protocol.briefUserSchema)
  .openapi({ description: 'Every user that the items name, each once' });

/** The field of a page that is true if accepted messages might be missing. */
export const unrecordedField = z
  .boolean()
  .optional()
  .openapi({
    description:
      'True if messages that were accepted before the request may be missing, because they are not recorded yet. ' +
      'Request the page again later',
  });

/**
 * Returns the schema of one page of a list. `next` is the page cursor to pass as `after`. It is
 * null on the last page.
 */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}
