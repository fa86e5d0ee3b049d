import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { type OpenOptions, type Person, WebKit } from './kit.ts';

/** Captures the main pages: light and dark, desktop and phone, English and Chinese. */
export async function takeScreenshots(folder = 'services/web/screenshots'): Promise<void> {
  const place = resolve(folder);
  await mkdir(place, { recursive: true });
  await using kit = await WebKit.start();
  const scene = await play(kit);
  const take = async (page: Page, name: string) => {
    await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
    await page.waitForLoadState('networkidle');
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${place}/${name}.png`, animations: 'disabled' });
  };
  for (const look of looks) {
    const page = await kit.open(scene.me, { ...look.options, path: `/chats/${scene.friend.id}` });
    for (const { name, path } of pages(scene)) {
      if (!look.pages.includes(name)) continue;
      await page.goto(path);
      await take(page, `${name}-${look.name}`);
    }
    await page.context().close();
  }
  const stranger = await (await kit.context({ size: 'phone' })).newPage();
  await stranger.goto('/register');
  await stranger.waitForLoadState('networkidle');
  await stranger.screenshot({ path: `${place}/register-phone.png` });
}

const looks: { name: string; options: OpenOptions; pages: string[] }[] = [
  {
    name: 'light',
    options: {},
    pages: ['chat', 'group', 'people', 'profile', 'requests', 'settings', 'devices', 'notifications'],
  },
  { name: 'dark', options: { colorScheme: 'dark' }, pages: ['chat', 'group', 'people', 'settings'] },
  {
    name: 'phone',
    options: { size: 'phone' },
    pages: ['chats', 'chat', 'people', 'profile', 'settings', 'appearance', 'account'],
  },
  { name: 'phone-zh', options: { size: 'phone', locale: 'zh-CN' }, pages: ['chats', 'chat', 'people', 'settings'] },
  { name: 'phone-dark', options: { size: 'phone', colorScheme: 'dark' }, pages: ['chats', 'chat'] },
];

const pages = ({ friend, group }: Scene) => [
  { name: 'chats', path: '/chats' },
  { name: 'chat', path: `/chats/${friend.id}` },
  { name: 'group', path: `/chats/${group}` },
  { name: 'people', path: '/people' },
  { name: 'profile', path: `/people/${friend.id}` },
  { name: 'requests', path: '/people/requests' },
  { name: 'settings', path: '/settings/profile' },
  { name: 'devices', path: '/settings/devices' },
  { name: 'notifications', path: '/settings/notifications' },
  { name: 'appearance', path: '/settings/appearance' },
  { name: 'privacy', path: '/settings/privacy' },
  { name: 'account', path: '/settings/account' },
];

/** Creates friends with chats. */
async function play(kit: WebKit): Promise<Scene> {
  const [me, lin, tom, mia, wei] = await kit.friends('Sophie Martin', '林小雨', 'Tom Becker', 'Mia Rossi', '陈伟');
  const stranger = await kit.person('Noah Svensson');
  const ask = (path: string, method: string, body: object) =>
    kit.call<{ id: number }>(method, path, { token: me.token, body });
  await kit.call('POST', '/friend-requests', {
    token: stranger.token,
    body: { to: me.id, message: 'We met at the climbing gym!' },
  });
  const { id: heading } = await ask('/friend-groups', 'POST', { name: 'Work' });
  for (const { id } of [tom, wei]) await ask(`/friends/${id}`, 'PATCH', { friendGroup: heading });
  await kit.call('PATCH', '/me', { token: lin.token, body: { sign: '慢慢来，比较快。' } });
  await kit.call('PATCH', '/me', { token: tom.token, body: { sign: 'Coffee first' } });
  const group = await ask('/groups', 'POST', { name: 'Weekend hike 周末徒步', members: [lin.id, tom.id, wei.id] });
  await kit.say(mia, me, 'See you on Thursday then');
  await kit.say(wei, me, '文件已经发到你邮箱了');
  await kit.say(tom, me, 'The demo went really well today');
  await kit.say(me, tom, 'Great! I will write it up tonight.');
  await kit.say(tom, { id: group.id }, 'Bus at 7:40, platform 3');
  await kit.say(lin, { id: group.id }, '我带水果和三明治');
  await kit.say(me, { id: group.id }, 'Then I bring the tea 🍵');
  await kit.say(wei, { id: group.id }, '天气预报说是晴天 ☀️');
  for (const [from, text] of [
    [lin, '周末的路线我看过了，从北门上山最好走。'],
    [me, 'Sounds good! How long is it, about four hours?'],
    [lin, '差不多，中午在湖边休息一下。'],
    [lin, 'I can send you the map: https://maps.example.org/route/42'],
    [me, 'Yes please 🙏'],
    [me, 'And I will ask Tom about the bus.'],
    [lin, '太好了，周六见！'],
  ] as const)
    await kit.say(from, from === me ? lin : me, text);
  return { me, friend: lin, group: group.id };
}

interface Scene {
  me: Person;
  friend: Person;
  group: number;
}
