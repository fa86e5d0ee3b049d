import { groupConversation, userConversation } from '@parley/protocol';
import type { Link } from '../link.ts';
import { type RecordEntry, recordText } from '../record.ts';
import { createScript } from '../script.ts';
import type { InboxEntry } from './append.ts';
import source from './change.lua';
import clock from './clock.lua';
import inbox from './inbox.lua';

const script = createScript('change', [clock, inbox, source], { durable: true });

/**
 * Records a change to a conversation (a mark, a recall, an edit, a reaction), and appends its event to the inboxes of users. Resolves when
 * that is done and, where replicas have to confirm, on as many of them. On one server all of it is done or nothing, so that nobody can know
 * of a change that will not be recorded, nor the other way round; in a cluster it is recorded first. Repeated, users get the event twice.
 */
export async function change(link: Link, { record, recorded, recall, entries }: Change): Promise<void> {
  const { keys, inboxLength, inboxTtl } = link;
  const conversation = record.group ? groupConversation(record.chat) : userConversation(record.user, record.chat);
  const home = keys.home(conversation);
  const byBucket = new Map<number, InboxEntry[]>([[home, []]]);
  for (const entry of entries) {
    const bucket = link.clustered ? keys.bucket(entry.user) : home;
    const group = byBucket.get(bucket);
    if (group) group.push(entry);
    else byBucket.set(bucket, [entry]);
  }
  const run = ([bucket, group]: [number, InboxEntry[]]) => {
    const names = group.flatMap(({ user }) => [keys.inbox(user), keys.user(user), keys.recalled(user)]);
    const events = group.map(({ event }, i) => (i > 0 && event === group[i - 1]?.event ? '' : event));
    const noted = recorded && bucket === home ? recordText(record) : '';
    const withheld = recall === undefined ? ['', 0] : [`${conversation}:${recall}`, recall];
    const args = [inboxLength, inboxTtl, noted, ...withheld, 2 * inboxLength, link.since(bucket), ...events];
    return link.run(script, [keys.record(bucket), ...names], args);
  };
  const [first, ...others] = byBucket;
  if (first) await run(first);
  await Promise.all(others.map(run));
}

/** What changes, and who learns of it. */
export interface Change {
  /** What the recorder is to write. */
  record: Extract<RecordEntry, { kind: 'mark' | 'recall' | 'edit' | 'react' }>;
  /** Whether it gets that: not where history is off. */
  recorded: boolean;
  /** The message that is taken back: inboxes withhold its body from now on. */
  recall?: number | undefined;
  entries: InboxEntry[];
}
