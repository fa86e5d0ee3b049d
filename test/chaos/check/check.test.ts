import { describe, expect, it } from 'vitest';
import { Journal } from '../people/journal.ts';
import { importedNumber, importedText, numberOf, type Sent, tailOf, textOf } from '../people/ledger.ts';
import { checkActs } from './acts.ts';
import { checkDevices } from './devices.ts';
import type { Evidence, Fault, Row } from './evidence.ts';
import { checkRecords } from './records.ts';

const [ann, ben, cem, group] = [1, 2, 3, 9];

/** The evidence of a run in which Ann wrote three messages to Ben, and two to a group of both. */
class Case {
  readonly sent = [0, 1, 2, 3, 4].map((n) => {
    const toGroup = n > 2;
    return { n, from: ann, chat: toGroup ? group : ben, group: toGroup, state: 'acknowledged', id: 10 + n } as Sent;
  });
  readonly copies = new Map<string, Row[]>([
    [`${ann}:${ben}`, [0, 1, 2].map(row)],
    [`${ben}:${ann}`, [0, 1, 2].map(row)],
    [`${group}:${group}`, [3, 4].map(row)],
  ]);
  readonly journals = [new Journal(), new Journal()] as const;
  readonly acts: Evidence['acts'] = { hides: [], archives: [], drafts: new Map(), imports: [] };
  readonly more: Partial<Evidence> = {};

  constructor() {
    for (const n of [0, 1, 2, 3, 4]) for (const journal of this.journals) hear(journal, n);
  }

  /** Returns the kinds of faults that the checker finds. */
  find(): Fault['kind'][] {
    const evidence: Evidence = {
      ...{ sent: this.sent, copies: this.copies, cleared: new Map(), deleted: [] },
      ...{ hidden: new Map(), drafts: new Map(), archived: new Set(), acts: this.acts },
      devices: this.journals.map(({ entries }, i) => ({ name: `device${i}`, user: i === 0 ? ann : ben, entries })),
      groups: new Map([[group, [ann, ben]]]),
      mayHear: (conversation, user) => conversation === 'g9' || (conversation === '1_2' && user !== cem),
      ...this.more,
    };
    return [...checkRecords(evidence), ...checkActs(evidence), ...checkDevices(evidence).faults].map(
      ({ kind }) => kind,
    );
  }
}

function row(n: number): Row {
  return { id: 10 + n, from: ann, n, recalled: false };
}

function hear(journal: Journal, n: number, id = 10 + n): void {
  const conversation = n > 2 ? 'g9' : '1_2';
  const body = { type: 'text' as const, text: textOf({ n }) };
  journal.hear({ kind: 'message', id, conversation, from: ann, to: ben, date: 0, body });
}

describe('faults in the evidence of a run', () => {
  it('the checker finds no faults if all copies agree', () => {
    expect(new Case().find()).toEqual([]);
  });

  it('the checker finds an acknowledged message that is missing in both copies', () => {
    const world = new Case();
    for (const rows of world.copies.values()) rows.splice(1, 1);
    expect(new Set(world.find())).toEqual(new Set(['lost']));
  });

  it('the checker finds an acknowledged message that is missing in one copy', () => {
    const world = new Case();
    world.copies.get(`${ben}:${ann}`)?.pop();
    expect(world.find()).toEqual(['lost']);
  });

  it('the checker finds a message that a device did not receive', () => {
    const world = new Case();
    world.journals[1].entries.splice(1, 1);
    expect(world.find()).toEqual(['lost']);
  });

  it('the checker accepts that a device which had to reload did not receive earlier messages', () => {
    const world = new Case();
    world.journals[1].entries.splice(1, 1, 'reload');
    expect(world.find()).toEqual([]);
  });

  it('the checker finds messages that a device received out of order', () => {
    const world = new Case();
    const [entries] = [world.journals[0].entries];
    entries.splice(0, 2, entries[1] as never, entries[0] as never);
    expect(world.find()).toEqual(['disordered']);
  });

  it('the checker finds a message that PostgreSQL contains twice under two ids', () => {
    const world = new Case();
    for (const key of [`${ann}:${ben}`, `${ben}:${ann}`]) world.copies.get(key)?.push({ ...row(1), id: 30 });
    for (const journal of world.journals) hear(journal, 1, 30);
    expect(new Set(world.find())).toEqual(new Set(['doubled']));
  });

  it('the checker finds a message that a device received twice', () => {
    const world = new Case();
    hear(world.journals[0], 4);
    expect(world.find()).toEqual(['doubled']);
  });

  it('the checker finds a message that a user outside the conversation received', () => {
    const world = new Case();
    const journal = new Journal();
    hear(journal, 0);
    const devices = [{ name: 'stranger', user: cem, entries: journal.entries }];
    Object.assign(world.more, { devices });
    expect(world.find()).toEqual(['misdelivered']);
  });

  it('the checker finds a group message that a user outside the group received', () => {
    const world = new Case();
    Object.assign(world.sent[3] as object, { withheld: [ben] });
    expect(world.find()).toEqual(['misdelivered']);
  });

  it('the checker finds a message that the server accepted from a sender without permission', () => {
    const world = new Case();
    Object.assign(world.sent[0] as object, { forbidden: true });
    expect(world.find()).toEqual(['misdelivered']);
  });

  it('the checker finds a message that devices received but no copy contains', () => {
    const world = new Case();
    hear(world.journals[0], 2, 40);
    expect(world.find()).toEqual(['lost']);
  });

  it('the checker finds an acknowledged recall that had no effect', () => {
    const world = new Case();
    Object.assign(world.sent[0] as object, { recall: 'acknowledged' });
    expect(world.find()).toEqual(['unequal', 'unequal']);
  });

  it('the checker finds a chat deletion that had no effect, and one that no user requested', () => {
    const world = new Case();
    Object.assign(world.more, { deleted: [{ owner: ann, chat: ben, upTo: 11, acknowledged: true }] });
    expect(world.find()).toEqual(['unequal']);
    Object.assign(world.more, { deleted: [], cleared: new Map([[`${ben}:${ann}`, 12]]) });
    expect(world.find()).toEqual(['lost']);
  });

  it.each<[string, Partial<Sent>, Partial<Row>]>([
    ['an edit', { tail: ' ~e1' }, { tail: ' ~e1' }],
    ['the final text of a stream', { tail: ' ~w1 ~w2' }, { tail: ' ~w1 ~w2' }],
    ['a pin', { pinned: true }, { pinned: true }],
    ['a reaction', { reactions: new Map([[ben, true]]) }, { reactions: [ben] }],
  ])('the checker finds %s that is missing in one copy, and one that nobody made', (_, expected, stored) => {
    const world = new Case();
    Object.assign(world.sent[1] as object, expected);
    Object.assign(world.copies.get(`${ann}:${ben}`)?.[1] as object, stored);
    expect(world.find()).toEqual(['unequal']);
    Object.assign(world.copies.get(`${ben}:${ann}`)?.[1] as object, stored);
    expect(world.find()).toEqual([]);
    Object.assign(world.copies.get(`${ben}:${ann}`)?.[2] as object, stored);
    expect(world.find()).toEqual(['unequal']);
  });

  it('the checker ignores changes whose result is unknown', () => {
    const world = new Case();
    Object.assign(world.sent[1] as object, { tail: null, pinned: null, reactions: new Map([[ben, null]]) });
    Object.assign(world.copies.get(`${ann}:${ben}`)?.[1] as object, { tail: ' ~e1', pinned: true, reactions: [ben] });
    expect(world.find()).toEqual([]);
  });

  it("the checker finds a deletion from a user's own copy that had no effect, and one that affected the other user's copy", () => {
    const world = new Case();
    world.acts.hides.push({ owner: ben, chat: ann, id: 11, acknowledged: true });
    expect(world.find()).toEqual(['unequal']);
    Object.assign(world.more, { hidden: new Map([[`${ben}:${ann}`, new Set([11])]]) });
    expect(world.find()).toEqual([]);
    Object.assign(world.more, {
      hidden: new Map([`${ben}:${ann}`, `${ann}:${ben}`].map((key) => [key, new Set([11])])),
    });
    expect(world.find()).toEqual(['lost']);
  });

  it('the checker does not expect a device to receive messages that its user deleted from the own copy', () => {
    const world = new Case();
    world.acts.hides.push({ owner: ben, chat: ann, id: 11, acknowledged: true });
    Object.assign(world.more, { hidden: new Map([[`${ben}:${ann}`, new Set([11])]]) });
    world.journals[1].entries.splice(1, 1);
    expect(world.find()).toEqual([]);
  });

  it('the checker finds a draft that got lost, an outdated draft and a draft that nobody wrote', () => {
    const world = new Case();
    world.acts.drafts.set(`${ann}:${ben}`, new Set(['new']));
    expect(world.find()).toEqual(['unequal']);
    Object.assign(world.more, { drafts: new Map([[`${ann}:${ben}`, 'old']]) });
    expect(world.find()).toEqual(['unequal']);
    Object.assign(world.more, { drafts: new Map([[`${ann}:${ben}`, 'new']]) });
    expect(world.find()).toEqual([]);
    Object.assign(world.more, { drafts: new Map([`${ann}:${ben}`, `${ben}:${ann}`].map((key) => [key, 'new'])) });
    expect(world.find()).toEqual(['unequal']);
  });

  it('the checker accepts that a draft is gone after its owner deleted the chat', () => {
    const world = new Case();
    world.acts.drafts.set(`${ann}:${ben}`, new Set(['new']));
    world.copies.get(`${ann}:${ben}`)?.shift();
    Object.assign(world.more, {
      cleared: new Map([[`${ann}:${ben}`, 10]]),
      deleted: [{ owner: ann, chat: ben, upTo: 10, acknowledged: true }],
    });
    expect(world.find()).toEqual([]);
  });

  it('the checker finds a chat that is no longer archived without a new message, and one that is still archived after a new message', () => {
    const world = new Case();
    world.acts.archives.push({ owner: ann, chat: ben, known: 12, after: 5 });
    expect(world.find()).toEqual(['unequal']);
    Object.assign(world.more, { archived: new Set([`${ann}:${ben}`]) });
    expect(world.find()).toEqual([]);
    world.acts.archives.splice(0, 1, { owner: ann, chat: ben, known: 11, after: 2 });
    expect(world.find()).toEqual(['unequal']);
    // The chat may have been archived again after the message, by a request without a response.
    world.acts.archives.push({ owner: ann, chat: ben, known: 11, after: Infinity });
    expect(world.find()).toEqual([]);
    Object.assign(world.more, { archived: new Set() });
    expect(world.find()).toEqual([]);
  });

  it('the checker finds imported messages that are lost, duplicated, misdelivered or unknown', () => {
    const world = new Case();
    world.acts.imports.push({ from: ann, to: ben, group: false, acknowledged: true });
    const rows = [`${ann}:${ben}`, `${ben}:${ann}`].map((key) => world.copies.get(key) ?? []);
    const imported = { id: 1, from: ann, n: -1, recalled: false, imported: 0 };
    expect(world.find()).toEqual(['lost', 'lost']);
    for (const copy of rows) copy.unshift(imported);
    expect(world.find()).toEqual([]);
    rows[0]?.unshift(imported);
    expect(world.find()).toEqual(['doubled']);
    rows[0]?.splice(0, 1, { ...imported, imported: 7 });
    world.copies.get(`${group}:${group}`)?.unshift(imported);
    expect(world.find()).toEqual(['misdelivered', 'misdelivered']);
  });

  it("numberOf and tailOf read a message's number and appended words from its text", () => {
    const text = `${textOf({ n: 12 })} ~w1 ~e2`;
    expect([numberOf(text), tailOf(text), importedNumber(text)]).toEqual([12, ' ~w1 ~e2', undefined]);
    expect([numberOf(`${text} x`), numberOf(importedText(3)), importedNumber(importedText(3))]).toEqual([-1, -1, 3]);
  });

  it('the journal of a device drops events that the device received but did not store before a crash', () => {
    const journal = new Journal();
    hear(journal, 0);
    journal.store(journal.length);
    hear(journal, 1);
    journal.crash();
    hear(journal, 1);
    expect(journal.entries).toHaveLength(2);
  });
});
