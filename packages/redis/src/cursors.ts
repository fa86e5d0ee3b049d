import { type Cursor, formatCursor } from '@parley/protocol';
import type { Link } from './link.ts';

/** Remembers how far a device has everything; it resumes there when it comes without a cursor. */
export async function acknowledge(link: Link, user: number, device: string, cursor: Cursor): Promise<void> {
  const name = link.keys.cursors(user);
  await Promise.all([link.client.hset(name, device, formatCursor(cursor)), link.client.expire(name, link.inboxTtl)]);
}
