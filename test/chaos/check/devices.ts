import { groupConversation, parseConversation, userConversation } from '@parley/protocol';
import type { Heard } from '../people/journal.ts';
import { copyKey, type Fault, type MessageEvidence, type Row, type Witness } from './evidence.ts';

/**
 * Compares the events that each device received with PostgreSQL. A device must receive every
 * message of its user once, in the order of ids, and no message of other users. After a reload, a
 * device might lack earlier messages, because the SDK reads them from the api instead. `missed`
 * contains these messages.
 */
export function checkDevices(evidence: MessageEvidence): { faults: Fault[]; missed: Missed[]; withdrawn: number } {
  const faults: Fault[] = [];
  const missed: Missed[] = [];
  let withdrawn = 0;
  const conversations = conversationsOf(evidence.copies);
  for (const witness of evidence.devices) {
    const told = readJournal(witness, evidence, conversations);
    faults.push(...told.faults);
    withdrawn += told.withdrawn;
    for (const [conversation, ids] of conversations) {
      if (!entitled(evidence, conversation, witness.user)) continue;
      const hidden = evidence.hidden.get(ownKey(conversation, witness.user));
      const lacks = [...ids.keys()].filter((id) => !told.ids.get(conversation)?.has(id) && !hidden?.has(id));
      if (lacks.length === 0) continue;
      if (told.reloaded) missed.push({ device: witness.name, conversation, ids: lacks });
      else {
        const what = `${witness.name} of ${witness.user} never got ${lacks.length} of ${conversation}, first ${lacks[0]}`;
        faults.push({ kind: 'lost', what });
      }
    }
  }
  return { faults, missed, withdrawn };
}

function readJournal({ name, user, entries }: Witness, evidence: MessageEvidence, conversations: Conversations) {
  const faults: Fault[] = [];
  const ids = new Map<string, Set<number>>();
  const lastReload = entries.lastIndexOf('reload');
  /**
   * For each conversation, the newest id that the device received since its last reload. A reload
   * clears the state of the device.
   */
  let newest = new Map<string, number>();
  let withdrawn = 0;
  entries.forEach((entry, index) => {
    if (entry === 'reload') {
      newest = new Map();
      return;
    }
    const { conversation, id, n } = entry;
    const before = newest.get(conversation) ?? 0;
    const recorded = conversations.get(conversation)?.get(id);
    if (id <= before) {
      const twice = ids.get(conversation)?.has(id);
      const what = `${name} got ${id} of ${conversation} after ${before}`;
      faults.push({ kind: twice ? 'doubled' : 'disordered', what });
    }
    newest.set(conversation, Math.max(id, before));
    if (!recorded) {
      if (deletedByAll(conversation, id, evidence)) return;
      // Does not count this message as lost if a reload follows. A failed Redis master can publish
      // events that its successor lacks, and the reload then removes them from the device.
      if (index < lastReload) withdrawn += 1;
      else faults.push({ kind: 'lost', what: `${name} got ${id} of ${conversation} (m${n}), which is not recorded` });
    } else if (n !== null && recorded.n !== null && recorded.n !== n)
      faults.push({
        kind: 'unequal',
        what: `${name} got ${id} of ${conversation} as m${n}, recorded is m${recorded.n}`,
      });
    if (!mayHave(entry, user, evidence))
      faults.push({ kind: 'misdelivered', what: `${name} of ${user} got m${n} of ${conversation}` });
    ids.set(conversation, (ids.get(conversation) ?? new Set()).add(id));
  });
  return { faults, ids, withdrawn, reloaded: lastReload >= 0 };
}

/**
 * Returns whether both users have deleted their copies up to this message, so that no row is left
 * for the comparison.
 */
function deletedByAll(conversation: string, id: number, { cleared }: MessageEvidence): boolean {
  const parsed = parseConversation(conversation);
  if (parsed?.type !== 'users') return false;
  const [a, b] = parsed.users;
  return [copyKey(a, b), copyKey(b, a)].every((key) => id <= (cleared.get(key) ?? 0));
}

function mayHave({ conversation, n }: Heard, user: number, { mayHear, sent }: MessageEvidence): boolean {
  if (!mayHear(conversation, user)) return false;
  return n === null || n < 0 || !sent[n]?.withheld?.includes(user);
}

/** Returns the key of a user's own copy of a conversation. */
function ownKey(conversation: string, user: number): string {
  const parsed = parseConversation(conversation);
  if (parsed?.type !== 'users') return copyKey(user, parsed?.group ?? 0);
  return copyKey(user, parsed.users.find((id) => id !== user) ?? user);
}

/**
 * Merges the two copies of each conversation by message id, because either of them might be
 * deleted.
 */
function conversationsOf(copies: MessageEvidence['copies']): Conversations {
  const conversations: Conversations = new Map();
  for (const [key, rows] of copies) {
    const [owner, peer] = key.split(':').map(Number) as [number, number];
    const conversation = owner === peer ? groupConversation(owner) : userConversation(owner, peer);
    const messages = conversations.get(conversation) ?? new Map<number, Row>();
    conversations.set(conversation, messages);
    // Leaves out imported messages, because devices receive no events about them.
    for (const row of rows) if (row.imported === undefined) messages.set(row.id, row);
  }
  return conversations;
}

/** Returns whether a user must receive every message of a conversation. */
function entitled({ groups }: MessageEvidence, conversation: string, user: number): boolean {
  const parsed = parseConversation(conversation);
  if (parsed?.type === 'users') return parsed.users.includes(user);
  return parsed !== undefined && (groups.get(parsed.group)?.includes(user) ?? false);
}

type Conversations = Map<string, Map<number, Row>>;

/** Messages that a device did not receive, and must therefore be able to read from the api. */
export interface Missed {
  device: string;
  conversation: string;
  ids: number[];
}
