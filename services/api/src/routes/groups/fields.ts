import { z } from '@hono/zod-openapi';
import { groupSchema, limits } from '@parley/protocol';
import { avatarField, customField, idField, line, MAX_DATE, nameField } from '../../http/fields.ts';

/** The name of a group. */
export const groupNameField = nameField.openapi({
  description: 'With `UNIQUE_GROUP_NAMES`: unique in any case among all groups',
});

/** The optional fields of a group that its owner and admins can change. */
export const groupFields = {
  name: groupNameField.optional(),
  description: line(500, 0).optional(),
  avatar: avatarField.optional(),
  history: groupSchema.shape.history
    .optional()
    .openapi({ description: 'What members see of the time before they joined' }),
  slowMode: z.int().nonnegative().max(limits.slowMode).optional().openapi({
    description: 'Seconds from one message of a member to the next, for everybody but the owner and admins. 0: off',
  }),
  visibility: groupSchema.shape.visibility.optional().openapi({
    description:
      '`private`: nobody finds the group; `request`: people find it and request to join; `public`: people find it and join',
  }),
  custom: customField.optional(),
  maxMembers: z.int().positive().max(500).optional(),
};

/** When the mute of a member ends. */
export const muteEndField = z
  .int()
  .nonnegative()
  .max(MAX_DATE)
  .openapi({ description: 'Until when the member may not write, edit or react, in Unix ms' });

/** The path parameters `{id}` of a group and `{user}` of a member. */
export const memberParams = z.object({ id: idField, user: idField });
