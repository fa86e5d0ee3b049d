import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edit, groupMessage, hide, message, recall } from '../testing/entries.ts';
import { Fixture } from '../testing/fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await Fixture.open();
});
afterAll(() => fixture[Symbol.asyncDispose]());

let last = 0;

/** Inserts a media of a user. Returns its id. */
async function upload(owner: number): Promise<number> {
  last += 1;
  const row = { id: last, owner_id: owner, name: 'a.png', mime: 'image/png', size: 1, storage_key: `k${last}` };
  await fixture.db
    .insertInto('media')
    .values({ ...row, expires: null })
    .execute();
  return last;
}

const carry = <T extends object>(entry: T, media: unknown) => ({ ...entry, body: { type: 'file', media } });
const nextId = () => (Date.now() - 1_735_689_600_000) * 4096 + ++ids;
let ids = 0;

async function sees(user: number, media: number): Promise<boolean> {
  const { sees } = await fixture.db
    .selectNoFrom((eb) => eb.fn<boolean>('sees_media', [eb.val(user), eb.val(media)]).as('sees'))
    .executeTakeFirstOrThrow();
  return sees;
}

describe('a message with a media', () => {
  it('a media file in a direct message is accessible only to the two participants', async () => {
    const [ann, ben, carl] = await fixture.users(3);
    const media = await upload(ann);
    expect([await sees(ann, media), await sees(ben, media)]).toEqual([true, false]);
    await fixture.write(carry(message(nextId(), ann, ben), media));
    expect([await sees(ann, media), await sees(ben, media), await sees(carl, media)]).toEqual([true, true, false]);
  });

  it('a group message with a media file grants access only to members who joined before the message', async () => {
    const [ann, ben, carl] = await fixture.users(3);
    const group = await fixture.group([ann, ben]);
    const media = await upload(ann);
    const id = nextId();
    await fixture.write(carry(groupMessage(id, ann, group), media));
    await fixture.join(group, [carl], id + 1);
    expect([await sees(ben, media), await sees(carl, media)]).toEqual([true, false]);
    await fixture.db.updateTable('groups').set({ history: 'all' }).where('id', '=', group).execute();
    expect(await sees(carl, media)).toBe(true);
    await fixture.db.deleteFrom('group_members').where('user_id', '=', ben).execute();
    expect(await sees(ben, media)).toBe(false);
  });

  it('a message that a user hid grants no access to this user, while others keep their access', async () => {
    const [ann, ben, carl] = await fixture.users(3);
    const group = await fixture.group([ann, ben, carl]);
    const [direct, many] = [await upload(ann), await upload(ann)];
    const [first, second] = [nextId(), nextId()];
    await fixture.write(carry(message(first, ann, ben), direct), carry(groupMessage(second, ann, group), many));
    expect([await sees(ben, direct), await sees(ben, many)]).toEqual([true, true]);
    await fixture.write(hide(ben, ann, [first]), hide(ben, group, [second], true));
    expect([await sees(ben, direct), await sees(ben, many), await sees(carl, many)]).toEqual([false, false, true]);
  });

  it('a message with a media file grants no access if its sender has no access to the file', async () => {
    const [ann, ben, carl] = await fixture.users(3);
    const media = await upload(ann);
    const group = await fixture.group([ben, carl]);
    await fixture.write(
      carry(message(nextId(), ben, ben), media),
      carry(message(nextId(), ben, carl), media),
      carry(message(nextId(), carl, ben), media),
      carry(groupMessage(nextId(), ben, group), media),
    );
    expect([await sees(ben, media), await sees(carl, media)]).toEqual([false, false]);
  });

  it('the recorder accepts a message whose media file does not exist or whose media id is invalid', async () => {
    const [ann, ben] = await fixture.users(2);
    const id = nextId();
    await fixture.write(carry(message(id, ann, ben), 987_654), carry(message(id + 1, ann, ben), 'x'));
    expect(await fixture.message(ben, ann, id + 1)).toBeDefined();
  });
});

describe('a forwarded media', () => {
  it('recipients of a forwarded media file keep access after the original message is recalled', async () => {
    const [ann, ben, carl] = await fixture.users(3);
    const media = await upload(ann);
    const first = nextId();
    await fixture.write(carry(message(first, ann, ben), media));
    await fixture.write(carry(message(nextId(), ben, carl), media));
    await fixture.write(recall(ann, ben, first, Date.now()));
    expect(await sees(carl, media)).toBe(true);
    expect(await sees(ben, media)).toBe(true);
  });

  it('a forwarded media file grants access even if the forward is recorded before the original', async () => {
    const [ann, ben, carl, dora] = (await fixture.users(4)) as [number, number, number, number];
    const media = await upload(ann);
    const [first, second, third] = [nextId(), nextId(), nextId()];
    await fixture.write(carry(message(third, carl, dora), media));
    await fixture.write(carry(message(second, ben, carl), media));
    expect([await sees(carl, media), await sees(dora, media)]).toEqual([false, false]);
    await fixture.write(carry(message(first, ann, ben), media));
    expect([await sees(carl, media), await sees(dora, media)]).toEqual([true, true]);
  });

  it('a forwarded media file is accessible even if the original and the forwarded message are in one batch, whatever their order', async () => {
    const [ann, ben, carl] = await fixture.users(3);
    const media = await upload(ann);
    const [first, second] = [nextId(), nextId()];
    await fixture.write(carry(message(second, ben, carl), media), carry(message(first, ann, ben), media));
    expect(await sees(carl, media)).toBe(true);
  });

  it('forwarding a media file after the recall of its message grants no access', async () => {
    const [ann, ben, carl] = await fixture.users(3);
    const media = await upload(ann);
    const first = nextId();
    await fixture.write(carry(message(first, ann, ben), media));
    await fixture.write(recall(ann, ben, first, Date.now()));
    expect(await sees(ben, media)).toBe(false);
    await fixture.write(carry(message(nextId(), ben, carl), media));
    expect(await sees(carl, media)).toBe(false);
  });
});

it('an edit replaces the media file that a message grants access to', async () => {
  const [ann, ben] = await fixture.users(2);
  const [before, after] = [await upload(ann), await upload(ann)];
  const id = nextId();
  await fixture.write(carry(message(id, ann, ben), before));
  await fixture.write(carry(edit(ann, ben, id, Date.now(), ''), after));
  expect([await sees(ben, before), await sees(ben, after)]).toEqual([false, true]);
});

it('writing a batch with media files twice changes nothing', async () => {
  const [ann, ben] = await fixture.users(2);
  const media = await upload(ann);
  const entries = [carry(message(nextId(), ann, ben), media), message(nextId(), ben, ann)];
  await fixture.write(...entries);
  const shares = () => fixture.db.selectFrom('media_shares').selectAll().orderBy('owner_id').execute();
  const [everything, before] = [await fixture.everything(), await shares()];
  await fixture.write(...entries);
  expect(await shares()).toEqual(before);
  expect(await fixture.everything()).toEqual(everything);
});
