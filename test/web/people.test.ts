import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from './axe.ts';
import { password, WebKit } from './kit.ts';
import { readQrCode } from './read-qr-code.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

describe('friend requests', () => {
  it('a user finds a person and sends a friend request; the person sees it at once, and accepting it opens a chat', async () => {
    const [ann, bob] = [await kit.person('Ann'), await kit.person('Bob Builder')];
    const annPage = await kit.open(ann, { path: '/people' });
    const bobPage = await kit.open(bob, { size: 'phone' });
    await annPage.getByRole('link', { name: 'Find people' }).first().click();
    await annPage.getByRole('searchbox', { name: 'Username or name' }).fill(bob.username);
    await annPage.getByRole('link', { name: /Bob Builder/ }).click();
    await annPage.getByLabel('Message to this person').fill('It is me');
    await annPage.getByRole('button', { name: 'Add friend' }).click();
    await annPage.getByText('Waiting for a reply').waitFor();

    await bobPage.getByText('Ann wants to be your friend').waitFor();
    await bobPage.getByRole('link', { name: '1 friend request' }).click();
    await bobPage.getByRole('link', { name: 'New friends' }).click();
    await bobPage.getByText('It is me').waitFor();
    await bobPage.getByRole('button', { name: 'Accept' }).click();
    await bobPage.waitForURL(`**/chats/${ann.id}`);
    await bobPage.getByRole('button', { name: 'Say hello' }).click();

    await annPage
      .getByRole('region', { name: 'People' })
      .getByRole('link', { name: /Bob Builder/ })
      .waitFor();
    await annPage.getByRole('button', { name: 'Message' }).click();
    await annPage.waitForURL(`**/chats/${bob.id}`);
  });

  it('a user can decline a friend request', async () => {
    const [ann, bob] = [await kit.person('Ann'), await kit.person('Bob')];
    await kit.call('POST', '/friend-requests', { token: ann.token, body: { to: bob.id } });
    const page = await kit.open(bob, { path: '/people/requests' });
    await page.getByRole('button', { name: 'Decline' }).click();
    await page.getByText('No friend requests.').waitFor();
    expect(await kit.call('GET', '/friends', { token: bob.token })).toMatchObject({ items: [] });
  });
});

describe('the friend list', () => {
  it('the friend list shows presence changes of friends at once', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const page = await kit.open(ann, { path: '/people' });
    const row = page.getByRole('link', { name: /Bob/ });
    await row.getByText('offline').waitFor();
    const other = await kit.open(bob);
    await row.getByText('online').waitFor();
    await other.context().close();
    await row.getByText(/last seen/).waitFor();
  });

  it('the friend list shows new names and status texts of friends at once', async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const page = await kit.open(ann, { path: '/people' });
    await page.getByRole('link', { name: /Bob/ }).waitFor();
    await kit.call('PATCH', '/me', { token: bob.token, body: { name: 'Robert', sign: 'I moved' } });
    await page
      .getByRole('link', { name: /Robert/ })
      .getByText('I moved')
      .waitFor();
  });

  it("the friend list shows friends by friend group, and shows remarks (the user's own names for friends) instead of the friends' names", async () => {
    const [ann, bob] = await kit.friends('Ann', 'Bob');
    const page = await kit.open(ann, { path: '/people/groups' });
    await page.getByLabel('New friend group').fill('Team');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Rename: Team' }).click();
    await page.getByLabel('Name of the friend group').fill('Crew');
    await page.getByRole('button', { name: 'Save' }).first().click();
    await page.getByRole('button', { name: 'Rename: Crew' }).waitFor();
    await page.goto(`/people/${bob.id}`);
    await page.getByLabel('Remark').fill('Bobby');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Bobby' }).first().waitFor();
    await page.getByLabel('Friend group', { exact: true }).selectOption({ label: 'Crew' });
    await page.locator('details', { hasText: 'Crew' }).getByRole('link', { name: /Bobby/ }).waitFor();
  });

  it('the friend list drops a removed friend, and a user can unblock a blocked person', async () => {
    const [ann, bob, carl] = await kit.friends('Ann', 'Bob', 'Carl');
    const page = await kit.open(ann, { path: `/people/${bob.id}`, size: 'phone' });
    await page.getByRole('button', { name: 'Remove friend' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove friend' }).click();
    await page.getByRole('button', { name: 'Add friend' }).waitFor();
    await page.goto(`/people/${carl.id}`);
    await page.getByRole('button', { name: 'Block' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await page.getByText('You have blocked this person.').waitFor();
    await page.goto('/people');
    await page.getByRole('link', { name: /Carl/ }).waitFor();
    expect(await page.getByRole('link', { name: /Bob/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Blocked people' }).click();
    await page.getByRole('button', { name: 'Unblock' }).click();
    await page.getByText('You have not blocked anyone.').waitFor();
  });
});

describe('names', () => {
  it('names of people are shown as text and cannot change the writing direction around them', async () => {
    const nasty = '<img src=x onerror=alert(1)>';
    const [ann, bob] = await kit.friends('Ann', nasty);
    await kit.call('PATCH', '/me', { token: bob.token, body: { sign: '<script>alert(2)</script>' } });
    const [hebrew] = [await kit.person('שלום 123')];
    await kit.befriend(ann, hebrew);
    const page = await kit.open(ann, { path: '/people' });
    let alerts = 0;
    page.on('dialog', (dialog) => {
      alerts += 1;
      dialog.dismiss();
    });
    await page.getByRole('link', { name: nasty }).click();
    await page.getByRole('heading', { name: nasty }).first().waitFor();
    await page.getByText('<script>alert(2)</script>').last().waitFor();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    const isolation = await page
      .getByText('שלום 123')
      .first()
      .evaluate((element) => getComputedStyle(element).unicodeBidi);
    expect(isolation).toBe('isolate');
    expect(alerts).toBe(0);
  });

  it('the page rejects a name with direction override characters', async () => {
    const page = await (await kit.context()).newPage();
    await page.goto('/register');
    await page.getByLabel('Username').fill(`rtl${Date.now() % 1e6}`);
    await page.getByLabel('Name', { exact: true }).fill('\u202Egnp.exe');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create account' }).click();
    await expect.poll(() => page.getByLabel('Name', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  });
});

it('the link of a person leads a visitor through the sign-up to their profile, where they become friends', async () => {
  const ann = await kit.person('Ann');
  const page = await kit.open(ann, { path: '/settings/profile' });
  const link = (await readQrCode(page)) ?? '';
  expect(await page.getByText(link, { exact: true }).count()).toBe(1);
  expect(await seriousFindings(page)).toEqual([]);

  const visitor = await (await kit.context({ size: 'phone' })).newPage();
  await visitor.goto(link);
  await visitor.getByRole('link', { name: 'Create account' }).click();
  await visitor.getByLabel('Username').fill(`zoe_${process.pid}_${Date.now()}`);
  await visitor.getByLabel('Name', { exact: true }).fill('Zoe');
  await visitor.getByLabel('Password', { exact: true }).fill(password);
  await visitor.getByRole('button', { name: 'Create account' }).click();
  await visitor.getByRole('heading', { name: 'Ann' }).first().waitFor();
  await visitor.getByRole('button', { name: 'Add friend' }).click();
  await visitor.getByText('Waiting for a reply').waitFor();
  await page.getByText('Zoe wants to be your friend').waitFor();
});
