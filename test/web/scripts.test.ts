import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chatPage } from './chat-page.ts';
import { WebKit } from './kit.ts';

let kit: WebKit;
beforeAll(async () => {
  kit = await WebKit.start();
});
afterAll(() => kit?.[Symbol.asyncDispose]());

/**
 * Returns markup that would run a script if a page inserted it as HTML. `what` identifies the text
 * that contains it.
 */
const attack = (what: string) => `<img src=x onerror="attacked='${what}'">`;

it('the page runs no script that other users put into texts', async () => {
  const [ann, bob, cem] = await kit.friends('Ann', attack('name'), attack('other name'));
  const stranger = await kit.person(attack('stranger'));
  const as = { ann: { token: ann.token }, bob: { token: bob.token }, cem: { token: cem.token } };
  await kit.call('PATCH', '/me', { ...as.bob, body: { sign: attack('sign') } });
  const { id: heading } = await kit.call<{ id: number }>('POST', '/friend-groups', {
    ...as.ann,
    body: { name: attack('heading') },
  });
  await kit.call('PATCH', `/friends/${bob.id}`, { ...as.ann, body: { friendGroup: heading } });
  await kit.call('PATCH', `/friends/${cem.id}`, { ...as.ann, body: { remark: attack('remark') } });
  await kit.call('POST', '/friend-requests', {
    token: stranger.token,
    body: { to: ann.id, message: attack('request') },
  });
  const group = await kit.call<{ id: number }>('POST', '/groups', {
    ...as.ann,
    body: { name: attack(`group ${process.pid}`), description: attack('description'), members: [bob.id, cem.id] },
  });
  await kit.call('PATCH', `/groups/${group.id}/members/${bob.id}`, { ...as.bob, body: { alias: attack('alias') } });
  await kit.say(bob, group, attack('text'));
  await kit.say(cem, ann, attack('preview'));
  await kit.call('PUT', `/blocks/${stranger.id}`, as.cem);

  const page = await kit.open(ann);
  /** Opens a page, and waits until it shows the texts. */
  const shows = async (path: string, ...texts: string[]) => {
    await page.goto(path);
    for (const text of texts) await page.getByText(attack(text)).first().waitFor({ state: 'attached' });
    expect(await attacked(page), path).toBeUndefined();
  };
  await shows('/chats', 'preview', 'text', 'remark', `group ${process.pid}`);
  await shows(`/chats/${group.id}`, 'text', 'alias');
  await shows(`/chats/${group.id}/details`, 'description', 'alias');
  await shows(`/chats/${cem.id}`, 'preview', 'remark');
  await shows('/people', 'name', 'remark', 'heading');
  await shows('/people/requests', 'stranger', 'request');
  await shows(`/people/${bob.id}`, 'name', 'sign');
  await shows(`/people/${cem.id}`, 'remark', 'other name');
  await shows('/people/groups', 'heading');

  await page.goto(`/chats/${group.id}`);
  const shown = chatPage(page);
  await shown.choose(attack('text'), 'Reply');
  await shown.say('quoted');
  await expect.poll(() => page.getByText(attack('text')).count()).toBeGreaterThan(1);
  await page.goto('/settings/profile');
  await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  await kit.say(bob, group, attack('notice'));
  await page
    .locator('.toast')
    .filter({ hasText: attack('notice') })
    .waitFor();
  expect(await attacked(page)).toBeUndefined();

  const strangers = await kit.open(cem, { path: '/people/blocked' });
  await strangers.getByText(attack('stranger')).first().waitFor();
  expect(await attacked(strangers)).toBeUndefined();
}, 120_000);

/** Returns which text's script ran. Undefined if none did. */
function attacked(page: Page): Promise<string | undefined> {
  return page.evaluate(() => (window as { attacked?: string }).attacked);
}
