import { openPool, shareMedia } from '@parley/database';
import { seedMessages } from './seed.ts';
import type { Person, TestApi } from './test-api.ts';

/**
 * Writes both copies of a message that contains a media file, as the recorder does. Returns the id
 * of the message.
 */
export async function share(api: TestApi, from: Person, to: Person, media: number): Promise<number> {
  const [id] = (await seedMessages(api.db, [{ from: from.id, to: to.id, text: '' }])) as [number];
  const body = JSON.stringify({ type: 'file', media, name: 'a', size: 1, mime: 'text/plain' });
  await api.db.updateTable('messages').set({ body }).where('id', '=', id).execute();
  const pool = openPool({ url: api.config.database.url, maxConnections: 1 });
  const connection = await pool.connect();
  const copies = [
    { owner: from.id, peer: to.id },
    { owner: to.id, peer: from.id },
  ];
  const shares = copies.map((copy) => ({ ...copy, message: id, sender: from.id, media }));
  await shareMedia(connection, shares, Date.now());
  connection.release();
  await pool.end();
  return id;
}
