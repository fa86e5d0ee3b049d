import { z } from '@hono/zod-openapi';
import { awaitChat } from '../../http/await-history.ts';
import { idField, idParams } from '../../http/fields.ts';
import { callerOperation, jsonResponse } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { usersField } from '../../http/schemas.ts';
import { countMembers, findReaders, findSender } from '../../queries/readers.ts';
import { getBriefUsers } from '../../queries/users.ts';
import { findChat } from '../chats/find-chat.ts';

const ids = z.array(z.int().positive());

const schema = z.object({
  read: ids.openapi({ description: 'Who has read the message' }),
  delivered: ids.openapi({ description: 'Who has received the message, but has not read it' }),
  users: usersField,
});

/** Returns the users who have received and read a message that the caller sent. */
export const listReaders = callerOperation(
  {
    method: 'get',
    operationId: 'listReaders',
    path: '/v1/chats/{id}/messages/{message}/readers',
    tags: ['Chats'],
    summary: 'Who has read your message',
    description:
      'For its sender. Users who hide their read receipts are in `delivered`, and so is everybody if you hide yours. ' +
      'In a group of more than `MAX_READERS` members, the response is 409. Users who joined the group later are left out.',
    request: { params: idParams.extend({ message: idField }) },
    responses: { 200: jsonResponse(schema, 'The users, each in one of the lists, by id') },
    refuses: ['not-found', 'forbidden', 'conflict', 'history-disabled'],
  },
  async (c) => {
    const { context, caller } = c.var;
    const { config, db } = context;
    if (config.history === 'relay') throw new Refusal('history-disabled');
    const { id, message } = c.req.valid('param');
    const key = await findChat(db, caller.user, id);
    await awaitChat(context, key);
    const sender = await findSender(db, key, message);
    if (sender === undefined) throw new Refusal('not-found', 'No message of this chat has this id.');
    if (sender !== caller.user) throw new Refusal('forbidden', 'Only its sender sees who has read a message.');
    const most = config.limits.readers;
    if (key.group && (await countMembers(db, id)) > most)
      throw new Refusal('conflict', `Groups of more than ${most} members have no list of readers.`);
    const readers = await findReaders(db, key, message);
    const those = (read: boolean) => readers.filter((reader) => reader.read === read).map(({ user }) => user);
    const users = await getBriefUsers(
      db,
      readers.map(({ user }) => user),
    );
    return c.json({ read: those(true), delivered: those(false), users }, 200);
  },
);
