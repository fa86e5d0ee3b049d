import type { Database } from '@parley/database';
import type { Block, FriendGroup, FriendRequest, Group, Message, Report } from '@parley/protocol';
import { cleanFileName } from '../media/file-name.ts';
import type { Storage } from '../media/storage.ts';
import { listBlocks } from '../queries/blocks.ts';
import type { ChatKey } from '../queries/chat-key.ts';
import { getChat } from '../queries/chats.ts';
import { listFriendGroups } from '../queries/friend-groups.ts';
import { listRequests } from '../queries/friend-requests.ts';
import { type FriendRow, listFriends } from '../queries/friendships.ts';
import { listGroups } from '../queries/groups.ts';
import { listOwn, type OwnRequest } from '../queries/join-requests.ts';
import { toMessage } from '../queries/message-row.ts';
import { readMessages } from '../queries/messages.ts';
import { listReports, toReport } from '../queries/reports.ts';
import { type ArchivedFile, linesFile } from './archive.ts';
import { listAllSessions, listPeers, listUploads, readAccount } from './export-queries.ts';
import { pageLength as limit, pages, type Read } from './pages.ts';

/**
 * Yields the files of a user's export archive: all data about the user, without secrets. The api's
 * README lists them. Each file is read only when the archive reaches it, so changes during the
 * export can be missing from the archive.
 */
export async function* contents(db: Database, storage: Storage, me: number): AsyncGenerator<ArchivedFile> {
  const list = <T>(name: string, read: Read<T>): ArchivedFile => linesFile(`${name}.jsonl`, () => pages(read));
  const all = <T>(read: () => Promise<T[]>): Read<T> => {
    return async (last) => (last === undefined ? await read() : []);
  };
  yield list(
    'profile',
    all(async () => [await readAccount(db, me)]),
  );
  yield list(
    'sessions',
    all(() => listAllSessions(db, me)),
  );
  yield list<Omit<FriendRow, 'hidden'>>('friends', async (last) => {
    const rows = await listFriends(db, me, { after: last?.place, limit });
    // Omits the privacy settings of friends, because they are not this user's data.
    return rows.map(({ hidden: _, ...row }) => row);
  });
  yield list<FriendGroup>('friend-groups', (last) => listFriendGroups(db, me, last && [last.position, last.id], limit));
  yield list<FriendRequest>('friend-requests', (last) =>
    listRequests(db, me, { before: last?.id, state: undefined, limit }),
  );
  yield list<Block>('blocks', (last) => listBlocks(db, me, { after: last?.user.id, limit }));
  yield list<Report>('reports', async (last) =>
    (await listReports(db, { reporter: me, before: last?.id, limit })).map(toReport),
  );
  yield list<OwnRequest>('join-requests', (last) => listOwn(db, me, last?.group ?? 0, limit));
  yield list<Group>('groups', (last) => listGroups(db, me, last?.id ?? 0, limit));

  const peers = () => pages<{ peer: number; group: boolean }>((last) => listPeers(db, me, last, limit));
  yield linesFile('chats.jsonl', async function* () {
    for await (const page of peers()) {
      for (const { peer } of page) yield [await getChat(db, me, peer)].filter((chat) => chat !== undefined);
    }
  });
  for await (const page of peers()) {
    for (const { peer, group } of page) {
      yield list(`messages/${group ? 'g' : ''}${peer}`, messages(db, { owner: me, peer, group }));
    }
  }

  const uploads: Read<Upload> = (last) => listUploads(db, me, last?.id ?? 0, limit);
  yield linesFile('media.jsonl', async function* () {
    for await (const page of pages(uploads))
      yield page.map(({ key: _, ...media }) => ({ ...media, file: nameOf(media) }));
  });
  for await (const page of pages(uploads)) {
    for (const { key, size, ...media } of page) {
      if (size === 0) continue;
      // Pictures, audio and video are not compressed, because their formats are compressed already.
      yield { name: nameOf(media), compress: false, open: () => storage.read(key, { start: 0, end: size - 1 }) };
    }
  }
}

function messages(db: Database, key: ChatKey): Read<Message> {
  return async (last) => {
    const rows = await readMessages(db, key, { above: last?.id ?? 0, limit });
    return rows.map((row) => toMessage(key, row));
  };
}

type Upload = Awaited<ReturnType<typeof listUploads>>[number];

/** Returns the path of an uploaded file in the archive. */
function nameOf({ id, name }: Pick<Upload, 'id' | 'name'>): string {
  return `media/${id}-${cleanFileName(name).replace(/[<>:"|?*]/g, '_')}`;
}
