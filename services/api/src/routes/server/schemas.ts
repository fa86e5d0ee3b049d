import { z } from '@hono/zod-openapi';
import { errorCodes, groupSchema, id, signInSchema, userSchema } from '@parley/protocol';
import { externalIdField, userRef } from './refs.ts';

/** The receiver of a message: a user or a group. */
export const receiverField = z.union([userRef, z.strictObject({ group: externalIdField })]);

/** A user in the form that the product's backend receives. */
export const serverUserSchema = userSchema
  .extend({
    externalId: z.string().nullable(),
    created: z.int().nonnegative(),
    deactivated: z.int().nonnegative().nullable(),
  })
  .openapi('ServerUser');

/** A group in the form that the product's backend receives. */
export const serverGroupSchema = groupSchema
  .omit({ role: true, requests: true })
  .extend({
    externalId: z.string().nullable(),
    retention: z.int().nonnegative().nullable().openapi({
      description: 'Days after which messages are removed. 0: never. Null: as set for the installation',
    }),
  })
  .openapi('ServerGroup');

/** A session in the form that the product's backend receives. */
export const serverSessionSchema = signInSchema.omit({ current: true }).openapi('ServerSession');

/** The number of connections that a user has to one gateway. */
export const userConnectionsSchema = z
  .object({
    gateway: z.string().openapi({ description: 'Name that the gateway has in its log' }),
    connections: z.int().positive(),
  })
  .openapi('UserConnections');

/** The state of a user's inbox. */
export const inboxStateSchema = z
  .object({
    began: z.int().nonnegative().openapi({
      description: 'When the inbox got its present epoch. Devices whose cursor is older may have to reload',
    }),
    events: z.int().nonnegative().openapi({ description: 'Number of events in the inbox' }),
    last: z.int().nonnegative().openapi({ description: 'Offset of the newest event' }),
    devices: z.array(
      z.object({
        device: z.string(),
        behind: z.int().nullable().openapi({
          description: 'Number of events that the device has not acknowledged. Null: its cursor is of an older epoch',
        }),
        acknowledged: z.int().nullable().openapi({
          description: 'When the device last acknowledged events, exact to four hours. Null: unknown',
        }),
      }),
    ),
  })
  .openapi('InboxState');

/** A push device in the form that the product's backend receives. */
export const pushDeviceSchema = z
  .object({
    kind: z.enum(['web', 'fcm', 'apns']),
    app: z.string().nullable().openapi({ description: 'With APNs: the bundle id of the app' }),
    environment: z.enum(['production', 'sandbox']).nullable().openapi({ description: 'With APNs' }),
    language: z.string(),
    mentionsOnly: z.boolean().openapi({ description: 'In groups, only messages that mention the user are pushed' }),
    hideText: z.boolean().openapi({ description: 'Notifications show no text of messages' }),
    session: z.string().nullable().openapi({ description: 'Null for a session of another issuer' }),
    created: z.int().nonnegative(),
    seen: z.int().nonnegative().openapi({ description: 'When the device was last registered' }),
  })
  .openapi('PushDevice');

/** The result of sending a message. */
export const acceptedSchema = z
  .object({
    id,
    conversation: z.string(),
    date: z.int(),
    online: z.boolean().openapi({
      description: 'Some device of another participant was connected. False if the recipient hides it from the sender',
    }),
    duplicate: z.boolean().openapi({ description: 'A message of this sender with this ref is there already' }),
  })
  .openapi('AcceptedMessage');

const codes = Object.keys(errorCodes) as [keyof typeof errorCodes];

/** A job that sends a message to many receivers. */
export const jobSchema = z
  .object({
    id,
    state: z.enum(['waiting', 'running', 'done', 'canceled']),
    total: z.int().nonnegative().openapi({ description: 'All receivers' }),
    done: z.int().nonnegative().openapi({ description: 'Receivers that were handled, including the failed ones' }),
    failed: z.int().nonnegative().openapi({ description: 'Receivers that did not get the message' }),
    errors: z
      .array(
        z.object({
          to: receiverField.openapi({ description: 'The receiver as in the request, or their id' }),
          code: z.enum(codes),
          message: z.string(),
        }),
      )
      .openapi({ description: 'Why receivers did not get the message, of about the first hundred' }),
    created: z.int().nonnegative(),
    updated: z.int().nonnegative(),
  })
  .openapi('ServerJob');
