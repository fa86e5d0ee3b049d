import { it } from 'vitest';
import { WebKit } from './kit.ts';

it('looks', async () => {
  await using kit = await WebKit.start();
  const [ann, bob, cem, dora] = await kit.friends('Ann Lee', 'Bob Miller', '陈晓明', 'Dora');
  await kit.befriend(bob, dora);
  const group = await kit.call<{ id: number }>('POST', '/groups', {
    token: ann.token,
    body: { name: `Hiking 周末徒步`, description: 'Every second Sunday', members: [bob.id, cem.id, dora.id] },
  });
  for (let i = 0; i < 70; i++)
    await kit.say(
      i % 3 === 0 ? ann : bob,
      i % 3 === 0 ? bob : ann,
      i % 7 === 0
        ? `A longer one, number ${i}, that goes on for a while to see how lines break in the bubble, with a link https://example.org/path?x=${i}.`
        : `Message ${i}`,
    );
  await kit.say(bob, ann, '👍');
  await kit.say(cem, ann, '你好！周末一起去爬山吗？');
  await kit.say(bob, group, 'Who brings the map?');
  await kit.say(cem, group, '我带地图，顺便带点吃的。大家还需要什么吗？');
  await kit.say(dora, group, 'Tea please ☕');
  const page = await kit.open(ann);
  await page.getByText('Bob Miller').first().waitFor();
  await page.screenshot({ path: '/tmp/look/1-list.png' });
  await page
    .getByRole('link', { name: /Bob Miller/ })
    .first()
    .click();
  await page
    .getByText('Message 69')
    .first()
    .waitFor({ timeout: 5000 })
    .catch((e) => console.log(String(e)));
  await page.waitForTimeout(500);
  await page.screenshot({ path: '/tmp/look/2-chat.png' });
  const box = page.getByRole('textbox', { name: 'Write a message' });
  await box.fill('Hello Bob');
  await box.press('Enter');
  await page.waitForTimeout(500);
  await page.screenshot({ path: '/tmp/look/3-sent.png' });
  await page.getByText('Hello Bob').last().click({ button: 'right' });
  await page.waitForTimeout(300);
  await page.screenshot({ path: '/tmp/look/4-menu.png' });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Emoji' }).click();
  await page.waitForTimeout(800);
  await page.screenshot({ path: '/tmp/look/5-emoji.png' });
  const phone = await kit.open(bob, { size: 'phone', colorScheme: 'dark', locale: 'zh-CN' });
  await phone.waitForTimeout(500);
  await phone.screenshot({ path: '/tmp/look/6-phone-list.png' });
  await phone.getByText('Hiking').first().click();
  await phone.waitForTimeout(700);
  await phone.screenshot({ path: '/tmp/look/7-phone-group.png' });
  await phone.goto(`/chats/${group.id}/details`);
  await phone.waitForTimeout(700);
  await phone.screenshot({ path: '/tmp/look/8-phone-details.png' });
  console.log(JSON.stringify(kit.errors, null, 1));
}, 120_000);
