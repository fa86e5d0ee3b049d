import { copyKey, type Fault, type MessageEvidence } from './evidence.ts';

/**
 * Compares PostgreSQL with the results that the writers received. Every acknowledged message must
 * be in both copies exactly once, with its id. No refused or unknown message is allowed there. A
 * recalled message must have no text.
 */
export function checkRecords({ sent, copies, deleted, cleared }: MessageEvidence): Fault[] {
  const faults: Fault[] = [];
  const index = new Map([...copies].map(([key, rows]) => [key, new Map(rows.map((row) => [row.id, row]))]));

  for (const message of sent) {
    const { n, from, chat, group, id, state, recall } = message;
    if (state !== 'acknowledged' || id === undefined) continue;
    const keys = group ? [copyKey(chat, chat)] : [copyKey(from, chat), copyKey(chat, from)];
    for (const key of keys) {
      const row = index.get(key)?.get(id);
      if (!row) {
        if (id > (cleared.get(key) ?? 0))
          faults.push({ kind: 'lost', what: `m${n}, acknowledged as ${id}, is not in copy ${key}` });
      } else if (row.n !== null && row.n !== n) {
        faults.push({ kind: 'lost', what: `${id} in copy ${key} is m${row.n} instead of m${n}` });
      } else if (recall === 'acknowledged' && !row.recalled) {
        faults.push({ kind: 'unequal', what: `m${n} was taken back, and stands in copy ${key}` });
      }
    }
    if (message.forbidden) faults.push({ kind: 'misdelivered', what: `m${n} was accepted from one who may not write` });
  }

  for (const [key, rows] of copies) {
    const [owner] = key.split(':').map(Number) as [number, number];
    const seen = new Set<number>();
    for (const { id, n, from, imported } of rows) {
      if (n === null || imported !== undefined) continue;
      const message = sent[n];
      if (seen.has(n)) faults.push({ kind: 'doubled', what: `m${n} is twice in copy ${key}` });
      seen.add(n);
      const theirs = message && (message.group ? message.chat === owner : [message.from, message.chat].includes(owner));
      if (!message || message.from !== from || !theirs)
        faults.push({ kind: 'misdelivered', what: `${id} in copy ${key} was not written there` });
      else if (message.state === 'refused')
        faults.push({ kind: 'misdelivered', what: `m${n} was refused and is in copy ${key}` });
      else if (message.id !== undefined && message.id !== id)
        faults.push({ kind: 'doubled', what: `m${n}, acknowledged as ${message.id}, is ${id} in copy ${key}` });
    }
  }
  for (const { owner, chat, upTo, acknowledged } of deleted) {
    if (acknowledged && (cleared.get(copyKey(owner, chat)) ?? 0) < upTo)
      faults.push({ kind: 'unequal', what: `${owner} deleted the chat with ${chat} up to ${upTo}, and it is there` });
  }
  const asked = new Set(deleted.map(({ owner, chat }) => copyKey(owner, chat)));
  for (const key of cleared.keys()) {
    if (!asked.has(key)) faults.push({ kind: 'lost', what: `copy ${key} was deleted without a request` });
  }
  return faults;
}
