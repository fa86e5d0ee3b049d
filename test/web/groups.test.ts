import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from './axe.ts';
import { chatPage } from './chat-page.ts';
import { type Person, password, sizes, WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

let count = 0;

/** Creates a group of friends, with its owner first. */
async function group<Names extends [string, ...string[]]>(...names: Names) {
  const people = await kit.friends(...names);
  const [owner, ...others] = people as Person[];
  count += 1;
  const body = { name: `Group ${process.pid}-${count}`, members: others.map(({ id }) => id) };
  const made = await kit.call<{ id: number; name: string }>('POST', '/groups', { token: owner?.token as string, body });
  return { people, made };
}

describe.each(Object.keys(sizes) as (keyof typeof sizes)[])('a group, on a %s', (size) => {
  it('a user creates a group, whose members then see messages, mentions and typing', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob', 'Cem');
    const page = await kit.open(ann, { size });
    const other = await kit.open(bob, { size });
    await page.getByRole('link', { name: 'New group' }).click();
    await page.getByRole('button', { name: 'Create group' }).click();
    await page.getByText('Enter a name for the group.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill(`Trip ${size} ${process.pid}`);
    await page.getByRole('checkbox', { name: /Bob/ }).check();
    await page.getByRole('checkbox', { name: /Cem/ }).check();
    await page.getByRole('button', { name: 'Create group (3)' }).click();
    const a = chatPage(page);
    await page.getByText('3 members').waitFor();
    await a.box.pressSequentially('Hello @Bo');
    const option = page.getByRole('option', { name: 'Bob' });
    await option.waitFor();
    expect(await a.box.getAttribute('aria-activedescendant')).toBe(await option.getAttribute('id'));
    await a.box.press('Enter');
    await a.box.pressSequentially('come along');
    await a.box.press('Enter');
    await other.getByText('[You were mentioned]').waitFor();
    await other.getByRole('link', { name: /Trip/ }).click();
    const b = chatPage(other);
    await b.seen('Hello @Bob come along');
    await b.bubble('Hello').locator('.mention.me').waitFor();
    await b.list.getByText('Ann', { exact: true }).waitFor();
    await b.box.pressSequentially('y');
    await page.locator('header').getByText('Bob typing…').waitFor();
  });
});

describe('groups', () => {
  it("the owner of a group can recall any member's message, while a member can recall only their own", async () => {
    const { people, made } = await group('Ann', 'Bob');
    const [ann, bob] = people as [Person, Person];
    const a = chatPage(await kit.open(ann, { path: `/chats/${made.id}` }));
    const b = chatPage(await kit.open(bob, { path: `/chats/${made.id}` }));
    await b.say('rude');
    await a.seen('rude');
    await a.say('polite');
    await b.seen('polite');
    await b.bubble('polite').dispatchEvent('contextmenu', { clientX: 100, clientY: 100 });
    await b.page.getByRole('menuitem', { name: 'Reply' }).waitFor();
    expect(await b.page.getByRole('menuitem', { name: 'Recall message' }).count()).toBe(0);
    await a.bubble('rude').dispatchEvent('contextmenu', { clientX: 100, clientY: 100 });
    await a.page.getByRole('menuitem', { name: 'Recall message' }).click();
    await a.page
      .getByRole('dialog')
      .getByRole('button', { name: /Recall/ })
      .click();
    await a.page.getByText('A message of Bob was recalled').first().waitFor();
    await b.page.getByText('Your message was recalled').first().waitFor();
  });

  it('only the owner and admins can mention all members at once', async () => {
    const { people, made } = await group('Ann', 'Bob', 'Cem');
    const [ann, bob, cem] = people as [Person, Person, Person];
    const list = await kit.open(cem, { path: '/people' });
    const b = chatPage(await kit.open(bob, { path: `/chats/${made.id}`, locale: 'zh-CN' }));
    const a = chatPage(await kit.open(ann, { path: `/chats/${made.id}` }));
    await a.box.pressSequentially('Hear me @ev');
    await a.page.getByRole('option', { name: 'everyone' }).waitFor();
    await a.box.press('Enter');
    await a.box.press('Enter');
    const box = b.page.getByRole('textbox', { name: '输入消息' });
    await b.page.locator('.mention.me', { hasText: '@everyone' }).waitFor();
    await box.pressSequentially('@所');
    expect(await b.page.getByRole('option').count()).toBe(0);
    await list.getByRole('link', { name: /Chats/ }).click();
    await list.getByText('[You were mentioned]').waitFor();
  });

  it('a group that is opened by its URL shows its number of members', async () => {
    const { people, made } = await group('Ann', 'Bob', 'Cem');
    const page = await kit.open(people[1], { path: `/chats/${made.id}` });
    await page.locator('header').getByText('3 members').waitFor();
  });
});

describe('the owner and admins of a group', () => {
  it('the owner of a group can rename the group, manage members and roles, and transfer the ownership', async () => {
    const { people, made } = await group('Ann', 'Bob', 'Cem');
    const [ann, bob, cem] = people;
    const dora = await kit.person('Dora');
    await kit.befriend(ann, dora);
    const page = await kit.open(ann, { path: `/chats/${made.id}/details` });
    const member = (name: string) => page.locator('.members').getByRole('listitem').filter({ hasText: name });
    const choose = async (name: string, what: string) => {
      await member(name)
        .getByRole('button', { name: `Actions for ${name}` })
        .click();
      await page.getByRole('menuitem', { name: what }).click();
    };
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Name', { exact: true }).fill(`${made.name} renamed`);
    await page.getByLabel('Description').fill('about us');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('about us').waitFor();
    await page.locator('strong').getByText(`${made.name} renamed`).waitFor();

    await page.getByRole('button', { name: 'Add members' }).click();
    await page.getByRole('dialog').getByRole('checkbox', { name: /Dora/ }).check();
    expect(await page.getByRole('dialog').getByRole('checkbox').count()).toBe(1);
    await page.getByRole('dialog').getByRole('button', { name: 'Add (1)' }).click();
    await member('Dora').waitFor();
    await page.getByText('4 members').waitFor();

    await choose('Bob', 'Make admin');
    await member('Bob').getByText('Admin').waitFor();
    await choose('Cem', 'Remove from group');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove from group' }).click();
    await expect.poll(() => member('Cem').count()).toBe(0);
    const cemPage = await kit.open(cem, { path: `/chats/${made.id}` });
    await cemPage.getByText('You do not have access to this chat.').waitFor();

    await choose('Bob', 'Transfer ownership');
    await page.getByRole('dialog').getByRole('button', { name: 'Transfer ownership' }).click();
    await member('Bob').getByText('Owner').waitFor();
    const bobPage = await kit.open(bob, { path: `/chats/${made.id}/details` });
    await bobPage.getByRole('button', { name: 'Dissolve group' }).waitFor();

    await page.getByRole('button', { name: 'Leave group' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave group' }).click();
    await page.waitForURL('**/chats');
    await expect.poll(() => page.getByText(made.name).count()).toBe(0);

    // The button moves up when her row disappears.
    await bobPage.getByText('2 members').waitFor();
    await bobPage.getByRole('button', { name: 'Dissolve group' }).click();
    await bobPage.getByRole('dialog').getByRole('button', { name: 'Dissolve group' }).click();
    await bobPage.waitForURL('**/chats');
    await expect.poll(() => bobPage.getByText(made.name).count()).toBe(0);
  });

  it('a member of a group without a role does not see the actions of the owner and admins', async () => {
    const { people, made } = await group('Ann', 'Bob', 'Cem');
    const page = await kit.open(people[1], { path: `/chats/${made.id}/details` });
    await page.getByRole('button', { name: 'Leave group' }).waitFor();
    expect(await page.getByRole('button', { name: /Edit|Add members|Dissolve/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'Actions for Cem' }).click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual([' View profile', ' Message']);
  });
});

describe('groups that others can find', () => {
  it('a user finds a group, requests to join it, withdraws the request, and joins the group once it is public', async () => {
    const { people, made } = await group('Ann', 'Bob');
    const cem = await kit.person('Cem');
    const [ann] = people as [Person, Person];
    const owner = await kit.open(ann, { path: `/chats/${made.id}/details` });
    const another = await kit.open(ann, { path: '/people' });
    const setVisibility = async (value: string) => {
      await owner.getByRole('button', { name: 'Edit', exact: true }).click();
      await owner.getByLabel('Who can find and join').selectOption(value);
      await owner.getByRole('button', { name: 'Save' }).click();
      await owner.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await setVisibility('request');
    const page = await kit.open(cem, { path: '/people/find' });
    const search = () => page.getByRole('searchbox', { name: 'Username or name' });
    await search().fill(made.name.toLowerCase());
    await page.getByText('2 members').waitFor();
    await page.getByRole('button', { name: `Request to join ${made.name}` }).click();
    await page.getByText('Request sent').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    const requests = owner.getByRole('list', { name: 'Requests to join' });
    await requests.getByText('Cem').waitFor();
    const badge = another.getByRole('link', { name: '1 request to join a group' });
    await badge.first().waitFor();
    await another.getByRole('button', { name: /Cem.*requests to join the group/ }).click();
    await another.waitForURL(`**/chats/${made.id}/details`);
    await page.getByRole('button', { name: `Withdraw the request to join ${made.name}` }).click();
    await requests.waitFor({ state: 'detached' });
    await expect.poll(() => badge.count()).toBe(0);

    await setVisibility('public');
    await page.reload();
    await search().fill(made.name);
    await page.getByRole('button', { name: `Join ${made.name}`, exact: true }).click();
    await page.waitForURL(`**/chats/${made.id}`);
    await chatPage(page).say('found it');
    await chatPage(page).state('found it', 'Sent');
  });
});

describe('slow mode', () => {
  it('in slow mode, a member must wait between two messages, and the text stays in the text field', async () => {
    const { people, made } = await group('Ann', 'Bob');
    const [ann, bob] = people as [Person, Person];
    const owner = await kit.open(ann, { path: `/chats/${made.id}/details` });
    const b = chatPage(await kit.open(bob, { path: `/chats/${made.id}` }));
    const setSlowMode = async (label: string) => {
      await owner.getByRole('button', { name: 'Edit', exact: true }).click();
      await owner.getByLabel('Slow mode').selectOption({ label });
      await owner.getByRole('button', { name: 'Save' }).click();
      await owner.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await setSlowMode('1 hour');
    const wait = b.page.getByRole('timer').filter({ hasText: /^Slow mode: you can write again in (60:00|59:\d\d)/ });
    await b.say('first');
    await wait.waitFor();
    await b.say('second');
    await b.state('first', 'Sent');
    expect(await b.box.inputValue()).toBe('second');
    expect(await b.page.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled')).toBe('true');
    expect(await seriousFindings(b.page)).toEqual([]);
    await b.page.reload();
    await wait.waitFor();
    expect(await b.box.inputValue()).toBe('second');
    await setSlowMode('Off');
    await wait.waitFor({ state: 'detached' });
    await b.box.press('Enter');
    await b.state('second', 'Sent');
  });
});

describe('moderation', () => {
  it('an owner mutes and bans a member and lifts the ban; a member reports a message, a person and the group', async () => {
    const { people, made } = await group('Ann', 'Bob', 'Cem');
    const [ann, bob, cem] = people as [Person, Person, Person];
    const owner = await kit.open(ann, { path: `/chats/${made.id}/details` });
    const choose = async (name: string, what: string) => {
      await owner.getByRole('button', { name: `Actions for ${name}` }).click();
      await owner.getByRole('menuitem', { name: what }).click();
    };
    const b = chatPage(await kit.open(bob, { path: `/chats/${made.id}` }));
    await choose('Bob', 'Mute');
    await owner.getByRole('dialog').getByRole('button', { name: 'Mute', exact: true }).click();
    await owner.getByText(/^Muted until/).waitFor();
    await b.say('not heard');
    await b.page.getByText('Not sent. An admin has muted you in this group.').waitFor();
    await choose('Bob', 'Unmute');
    await expect.poll(() => owner.getByText(/^Muted until/).count()).toBe(0);
    await b.say('heard again');
    await b.state('heard again', 'Sent');

    await choose('Cem', 'Ban from group');
    await owner.getByRole('dialog').getByRole('button', { name: 'Ban from group' }).click();
    const banned = owner.getByRole('list', { name: 'Banned from the group' });
    await banned.getByText('Cem').waitFor();
    expect(await seriousFindings(owner)).toEqual([]);
    await banned.getByRole('button', { name: 'Lift ban: Cem' }).click();
    await banned.waitFor({ state: 'detached' });

    const id = await kit.say(ann, made, 'buy now');
    await b.seen('buy now');
    // A message can be reported only after it was recorded.
    const recorded = () =>
      kit.call<{ items: { id: number }[] }>('GET', `/chats/${made.id}/messages`, { token: bob.token });
    await expect.poll(async () => (await recorded()).items.some((message) => message.id === id)).toBe(true);
    const report = async (reason: string) => {
      const dialog = b.page.getByRole('dialog');
      await dialog.getByLabel('Reason').selectOption(reason);
      await dialog.getByRole('button', { name: 'Send report' }).click();
      return dialog;
    };
    await b.choose('buy now', 'Report message');
    await (await report('spam')).waitFor({ state: 'detached' });
    await b.page.getByText('Your report was sent. Thank you.').waitFor();
    await b.choose('buy now', 'Report message');
    await (await report('fraud')).getByText('You have reported this already.').waitFor();
    for (const [path, button] of [
      [`/people/${cem.id}`, 'Report'],
      [`/chats/${made.id}/details`, 'Report group'],
    ] as const) {
      await b.page.goto(path);
      await b.page.getByRole('button', { name: button, exact: true }).click();
      expect(await seriousFindings(b.page)).toEqual([]);
      await (await report('harassment')).waitFor({ state: 'detached' });
      await b.page.getByText('Your report was sent. Thank you.').waitFor();
    }
  });
});

describe('an invitation link', () => {
  it('an invitation link leads a new user through the sign-up into the group, or to a request to join it', async () => {
    const { people, made } = await group('Ann', 'Bob');
    const owner = await kit.open(people[0], { path: `/chats/${made.id}/details` });
    const create = async (approval: boolean) => {
      await owner.getByRole('button', { name: 'Create link' }).click();
      const dialog = owner.getByRole('dialog');
      if (approval) await dialog.getByRole('switch', { name: 'Admins decide who joins' }).click();
      await dialog.getByRole('button', { name: 'Create link' }).click();
      await dialog.waitFor({ state: 'detached' });
      const link = owner.getByRole('list', { name: 'Invitation links' }).getByRole('listitem').first();
      return (await link.getByText('/join/').textContent()) ?? '';
    };
    const open = await create(false);

    const visitor = await (await kit.context({ size: 'phone' })).newPage();
    await visitor.goto(open);
    await visitor.getByRole('heading', { name: made.name }).waitFor();
    await visitor.getByText('2 members').waitFor();
    expect(await seriousFindings(visitor)).toEqual([]);
    await visitor.getByRole('link', { name: 'Create account' }).click();
    await visitor.getByLabel('Username').fill(`zoe_${process.pid}_${Date.now()}`);
    await visitor.getByLabel('Name', { exact: true }).fill('Zoe');
    await visitor.getByLabel('Password', { exact: true }).fill(password);
    await visitor.getByRole('button', { name: 'Create account' }).click();
    await visitor.waitForURL(`**/chats/${made.id}`);
    await chatPage(visitor).say('I am in');
    await owner.getByText('3 members').waitFor();

    const asking = await create(true);
    expect(asking).not.toBe(open);
    expect(await seriousFindings(owner)).toEqual([]);
    const dora = await kit.open(await kit.person('Dora'), { path: '/chats' });
    await dora.goto(asking);
    await dora.getByLabel('Message to the admins').fill('Bob knows me');
    await dora.getByRole('button', { name: 'Ask to join' }).click();
    await dora.getByText('Your request was sent.').waitFor();
    await dora.getByRole('link', { name: 'To my chats' }).click();
    await owner.getByText('Bob knows me').waitFor();
    await owner.getByRole('button', { name: 'Accept Dora' }).click();
    await owner.getByText('4 members').waitFor();
    await dora.getByRole('link', { name: made.name }).waitFor();

    await owner
      .getByRole('button', { name: /^Revoke link/ })
      .first()
      .click();
    await owner.getByRole('dialog').getByRole('button', { name: 'Revoke link' }).click();
    await owner.getByRole('dialog').waitFor({ state: 'detached' });
    await dora.goto(asking);
    await dora.getByText('This link does not work any more.').waitFor();
  });
});

describe('changes of a group', () => {
  it('a change of a group appears as a line between the messages, in the language of the reader', async () => {
    const { people, made } = await group('Ann', 'Bob', 'Cem');
    const [ann, bob, cem] = people as [Person, Person, Person];
    const isolated = (text: string) => text.replace(/[\u2068\u2069]/g, '');
    const lines = async (page: Page) =>
      (await page.locator('.notice').allTextContents()).map((text) => isolated(text).trim());
    const a = chatPage(await kit.open(ann, { path: `/chats/${made.id}` }));
    const page = await kit.open(bob, { path: '/chats' });
    const item = page.getByRole('link', { name: new RegExp(made.name) });
    await item.getByText('created the group').waitFor();
    expect(await item.getByText('unread').count()).toBe(0);
    const token = ann.token;
    const path = `/groups/${made.id}`;
    await kit.call('DELETE', `${path}/members/${cem.id}`, { token });
    await kit.call('PATCH', path, { token, body: { name: 'قمر', slowMode: 60 } });
    await kit.call('PATCH', `${path}/members/${bob.id}`, { token, body: { role: 'admin' } });
    await a.say('pin me');
    await a.state('pin me', 'Sent');
    await a.choose('pin me', 'Pin');
    await a.page.locator('.notice').getByText('pinned a message').waitFor();
    const expected = [
      'You created the group',
      'You removed Cem',
      'You renamed the group to “قمر”',
      'You turned on slow mode: one message every 1 minute',
      'You made Bob an admin',
      'You pinned a message',
    ];
    expect(await lines(a.page)).toEqual(expected);
    expect(await seriousFindings(a.page)).toEqual([]);

    await page.getByRole('link', { name: /قمر/ }).click();
    await page.locator('.notice').getByText('pinned a message').waitFor();
    expect((await lines(page)).slice(-2)).toEqual(['Ann made you an admin', 'Ann pinned a message']);
    const notice = page.locator('.notice .bubble').first();
    await notice.click({ button: 'right' });
    await page.getByRole('menuitem').first().waitFor();
    expect((await page.getByRole('menuitem').allTextContents()).map((text) => text.trim())).toEqual(['Delete for me']);
    await page.getByRole('menuitem', { name: 'Delete for me' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for me' }).click();
    await page.getByText('created the group').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'pinned a message' }).click();
    await page.locator('.marked').getByText('pin me').waitFor();

    await page.evaluate(() => localStorage.setItem('parley.language', 'zh'));
    await page.reload();
    await page.locator('.notice').getByText('Ann').last().waitFor();
    expect((await lines(page)).slice(-2)).toEqual(['Ann将你设为管理员', 'Ann置顶了一条消息']);
  });

  it('screen readers announce a change of a group, while no sound and no toast does', async () => {
    const { people, made } = await group('Ann', 'Bob', 'Cem');
    const [ann, , cem] = people as [Person, Person, Person];
    const page = await kit.open(people[1] as Person, { path: `/chats/${made.id}` });
    await page.locator('.notice').waitFor();
    await kit.call('DELETE', `/groups/${made.id}/members/${cem.id}`, { token: ann.token });
    await page.getByRole('log').getByText('removed').waitFor({ state: 'attached' });
    expect((await page.getByRole('log').textContent())?.replace(/[\u2068\u2069]/g, '')).toContain('Ann removed Cem');
    await page.goto('/people');
    await kit.call('PATCH', `/groups/${made.id}`, { token: ann.token, body: { name: 'Silent change' } });
    await kit.call('PATCH', `/groups/${made.id}`, { token: ann.token, body: { name: 'Second change' } });
    await kit.say(ann, made, 'a message');
    await page.locator('.toast', { hasText: 'a message' }).waitFor();
    expect(await page.locator('.toast').count()).toBe(1);
  });
});
