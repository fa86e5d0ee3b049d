import type { Archive } from '../people/acts.ts';
import type { Sent } from '../people/ledger.ts';
import { copyKey, type Evidence, type Fault, type Row } from './evidence.ts';

/**
 * Compares PostgreSQL with the recorded acts of users: edits, streams, pins, reactions, deletions
 * from a user's own copy, drafts, archived chats and imports. Each act that the server confirmed
 * must have taken effect in every copy that it concerns, and in no other copy.
 */
export function checkActs(evidence: Evidence): Fault[] {
  const index = new Map([...evidence.copies].map(([key, rows]) => [key, new Map(rows.map((row) => [row.id, row]))]));
  return [
    ...evidence.sent.flatMap((message) => compareMessage(message, index)),
    ...checkHides(evidence),
    ...checkDrafts(evidence),
    ...checkArchives(evidence),
    ...checkImports(evidence),
  ];
}

function compareMessage(message: Sent, index: ReadonlyMap<string, ReadonlyMap<number, Row>>): Fault[] {
  const { n, from, chat, group, id, state, tail = '', pinned = false, reactions = new Map() } = message;
  if (state !== 'acknowledged' || id === undefined) return [];
  const keys = group ? [copyKey(chat, chat)] : [copyKey(from, chat), copyKey(chat, from)];
  return keys.flatMap((key) => {
    const row = index.get(key)?.get(id);
    if (!row || row.recalled) return [];
    const wrong = [
      tail !== null && tail !== (row.tail ?? '') && `ends with "${row.tail ?? ''}" instead of "${tail}"`,
      pinned !== null && pinned !== (row.pinned ?? false) && `is ${pinned ? 'not ' : ''}pinned`,
      ...[...reactions].map(
        ([user, active]) =>
          active !== null &&
          active !== (row.reactions ?? []).includes(user) &&
          `${active ? 'lacks' : 'has'} the reaction of ${user}`,
      ),
      (row.reactions ?? []).some((user) => !reactions.has(user)) && 'has a reaction that nobody made',
    ];
    return wrong.flatMap((what): Fault[] => (what ? [{ kind: 'unequal', what: `m${n} in copy ${key} ${what}` }] : []));
  });
}

function checkHides({ acts, hidden, cleared }: Evidence): Fault[] {
  const known = new Map<string, Set<number>>();
  const faults: Fault[] = [];
  for (const { owner, chat, id, acknowledged } of acts.hides) {
    const key = copyKey(owner, chat);
    known.set(key, (known.get(key) ?? new Set()).add(id));
    if (acknowledged && id > (cleared.get(key) ?? 0) && !hidden.get(key)?.has(id))
      faults.push({ kind: 'unequal', what: `${owner} deleted ${id} from the own copy of ${chat}, and it is there` });
  }
  for (const [key, ids] of hidden) {
    for (const id of ids)
      if (!known.get(key)?.has(id))
        faults.push({ kind: 'lost', what: `${id} was hidden in copy ${key} without a request` });
  }
  return faults;
}

/** Checks drafts. A draft is gone if its owner deleted the owner's copy of the chat. */
function checkDrafts({ acts, drafts, cleared }: Evidence): Fault[] {
  return [...new Set([...acts.drafts.keys(), ...drafts.keys()])].flatMap((key): Fault[] => {
    const text = drafts.get(key) ?? '';
    const possible = acts.drafts.get(key) ?? new Set(['']);
    if (possible.has(text) || (text === '' && (cleared.get(key) ?? 0) > 0)) return [];
    return [{ kind: 'unequal', what: `the draft of ${key} is "${text}" instead of "${[...possible].join('" or "')}"` }];
  });
}

/**
 * Checks archived chats. The first message after a chat was archived ends the archive; nothing else
 * does. A chat can be archived several times, also by requests whose result is unknown.
 */
function checkArchives({ acts, archived, copies, sent, cleared }: Evidence): Fault[] {
  const isAfter = (key: string, { after }: Archive) =>
    sent.some(
      ({ n, from, chat, group, state }) =>
        n >= after && state === 'acknowledged' && !group && [copyKey(from, chat), copyKey(chat, from)].includes(key),
    );
  const keys = new Set(acts.archives.map(({ owner, chat }) => copyKey(owner, chat)));
  return [...keys].flatMap((key): Fault[] => {
    const archives = acts.archives.filter(({ owner, chat }) => copyKey(owner, chat) === key);
    if (archived.has(key)) {
      const ended = archives.every((archive) => isAfter(key, archive));
      return ended ? [{ kind: 'unequal', what: `chat ${key} is archived after a new message` }] : [];
    }
    const last = copies.get(key)?.at(-1)?.id ?? 0;
    const unchanged = archives.some(({ after, known }) => after !== Infinity && last <= known);
    if (unchanged && (cleared.get(key) ?? 0) === 0)
      return [{ kind: 'unequal', what: `chat ${key} was archived, and is not` }];
    return [];
  });
}

function checkImports({ acts, copies, cleared }: Evidence): Fault[] {
  const found = new Map<string, number>();
  const faults: Fault[] = [];
  for (const [key, rows] of copies) {
    for (const { imported, from } of rows) {
      if (imported === undefined) continue;
      const message = acts.imports[imported];
      if (!message || message.from !== from || !copiesOf(message).includes(key))
        faults.push({ kind: 'misdelivered', what: `i${imported} in copy ${key} was not imported there` });
      found.set(`${imported} ${key}`, (found.get(`${imported} ${key}`) ?? 0) + 1);
    }
  }
  acts.imports.forEach((message, number) => {
    for (const key of copiesOf(message)) {
      const count = found.get(`${number} ${key}`) ?? 0;
      if (count > 1) faults.push({ kind: 'doubled', what: `i${number} is ${count} times in copy ${key}` });
      if (count === 0 && message.acknowledged && !cleared.has(key))
        faults.push({ kind: 'lost', what: `i${number} was imported and is not in copy ${key}` });
    }
  });
  return faults;
}

function copiesOf({ from, to, group }: { from: number; to: number; group: boolean }): string[] {
  return group ? [copyKey(to, to)] : [copyKey(from, to), copyKey(to, from)];
}
