import { quietHoursSchema } from '@parley/protocol';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { checkAvatar } from '../../http/check-avatar.ts';
import { checkCustom } from '../../http/check-custom.ts';
import { avatarField, changes, customField, line, nameField } from '../../http/fields.ts';
import { callerOperation, jsonBody, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { userSchema } from '../../http/schemas.ts';
import { requireFreeName } from '../../names/reserved-names.ts';
import { friendIds } from '../../queries/friendships.ts';
import { setQuietHours } from '../../queries/quiet-hours.ts';
import { getUser, updateUser } from '../../queries/users.ts';
import { changePrivacy, privacyChanges, requireNewRecorder } from './change-privacy.ts';

const schema = changes({
  name: nameField.optional(),
  avatar: avatarField.optional(),
  sign: line(200, 0).optional(),
  custom: customField.optional(),
  quietHours: quietHoursSchema
    .nullable()
    .optional()
    .openapi({ description: 'Daily time without push notifications. Null: none' }),
  privacy: privacyChanges.optional(),
});

/** Changes the caller's profile and notifies their friends. */
export const update = callerOperation(
  {
    method: 'patch',
    operationId: 'updateMe',
    path: '/v1/me',
    tags: ['People'],
    summary: 'Change your name, avatar, sign, custom data, privacy or quiet hours',
    request: { body: jsonBody(schema) },
    responses: { 200: jsonResponse(userSchema, 'The changed user') },
    refuses: ['conflict'],
  },
  async (c) => {
    const { user: me } = c.var.caller;
    const { privacy, quietHours, ...profile } = c.req.valid('json');
    const { reservedNames } = c.var.context.config.accounts;
    checkCustom(c.var.context.config, profile.custom);
    checkAvatar(c.var.context.config, profile.avatar);
    if (profile.name !== undefined) requireFreeName(reservedNames, 'name', profile.name);
    if (privacy !== undefined) await requireNewRecorder(c.var.context.redis, privacy);
    const user = await commitAndNotify(c.var.context, async (tx, notify) => {
      if (privacy !== undefined) await changePrivacy(tx, notify, me, privacy);
      if (quietHours !== undefined) await setQuietHours(tx, me, quietHours);
      const shown = Object.keys(profile).length > 0;
      const updated = shown ? await updateUser(tx, me, profile) : await getUser(tx, me);
      if (updated === undefined) throw new Refusal('unauthenticated');
      // Other users do not see privacy settings and quiet hours.
      if (!shown) return updated;
      notify({ events: [{ users: [me, ...(await friendIds(tx, me))], event: { kind: 'profile', user: me } }] });
      return updated;
    });
    return c.json(user, 200);
  },
);
