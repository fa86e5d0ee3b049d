import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mailbox } from '../../services/api/test/mailbox.ts';
import { codeOf } from '../../services/api/test/totp-code.ts';
import { seriousFindings } from './axe.ts';
import { type Person, password, WebKit } from './kit.ts';
import { readQrCode } from './read-qr-code.ts';

let kit: WebKit;
let mailbox: Mailbox;
beforeAll(async () => {
  mailbox = await Mailbox.start();
  kit = await WebKit.start({ env: { SMTP_URL: mailbox.url, PASSWORD_RESETS_PER_HOUR: '100' } });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
  await mailbox?.[Symbol.asyncDispose]();
});

const newPassword = 'gorse-quarry-lantern-7';

/** Returns the token of the link that was sent to an address, once it has arrived. */
async function linkTo(address: string): Promise<string> {
  await expect.poll(() => mailbox.tokenFor(address)).toBeDefined();
  const token = mailbox.tokenFor(address) as string;
  mailbox.mails.length = 0;
  return token;
}

/** Sets and confirms an e-mail address by the api. */
async function confirmEmail({ token }: Person, email: string): Promise<void> {
  await kit.call('PUT', '/me/email', { token, body: { email, password } });
  await kit.call('PUT', `/email-confirmations/${await linkTo(email)}`);
}

describe('a forgotten password', () => {
  it('a user who forgot the password sets a new one with a mailed link, which works only once', async () => {
    const ann = await kit.person('Ann');
    await confirmEmail(ann, 'ann@example.org');
    const page = await (await kit.context({ size: 'phone' })).newPage();
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Forgot password?' }).click();
    await page.getByRole('heading', { name: 'Reset your password' }).waitFor();
    await page.getByLabel('Username').fill(ann.username);
    await page.getByRole('button', { name: 'Send link' }).click();
    await page.getByRole('status').getByText('a link is on its way').waitFor();
    const token = await linkTo('ann@example.org');

    await page.goto(`/reset-password#${token}`);
    await page.getByLabel('New password', { exact: true }).fill('password1');
    expect(new URL(page.url()).hash).toBe('');
    await page.getByRole('button', { name: 'Set password' }).click();
    await expect.poll(() => page.getByLabel('New password', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('New password', { exact: true }).fill(newPassword);
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Your password was changed.').waitFor();
    await page.getByRole('link', { name: 'Back to sign-in' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.getByLabel('Username').fill(ann.username);
    await page.getByLabel('Password', { exact: true }).fill(newPassword);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/chats');

    const again = await (await kit.context()).newPage();
    await again.goto(`/reset-password#${token}`);
    await again.getByLabel('New password', { exact: true }).fill(newPassword);
    await again.getByRole('button', { name: 'Set password' }).click();
    await again.getByText('This link has expired or was used already.').waitFor();
    await again.getByRole('link', { name: 'Get a new link' }).click();
    await again.getByLabel('Username').waitFor();
  });

  it('the page of a link without a valid token offers to send a new link', async () => {
    const page = await (await kit.context()).newPage();
    await page.goto('/reset-password#short');
    await page.getByRole('link', { name: 'Get a new link' }).waitFor();
  });
});

describe('sign-in with a second factor', () => {
  it('sign-in requires a code or a recovery code as second factor, and rejects a recovery code that was used before', async () => {
    const ann = await kit.person('Ann');
    const body = { password };
    const { secret } = await kit.call<{ secret: string }>('POST', '/me/totp', { token: ann.token, body });
    const { recoveryCodes } = await kit.call<{ recoveryCodes: string[] }>('PUT', '/me/totp', {
      token: ann.token,
      body: { code: codeOf(secret) },
    });
    const signIn = async (code: string) => {
      const page = await (await kit.context({ size: 'phone' })).newPage();
      await page.goto('/sign-in');
      await page.getByLabel('Username').fill(ann.username);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.keyboard.press('Enter');
      const field = page.getByLabel('Code', { exact: true });
      await field.waitFor();
      await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
      return page;
    };
    // The code of the next 30 s: setting up used the current one.
    await (await signIn(codeOf(secret, 1))).waitForURL('**/chats');
    await (await signIn(recoveryCodes[0] as string)).waitForURL('**/chats');
    const page = await signIn(recoveryCodes[0] as string);
    await page.getByRole('alert').getByText('The code is wrong or was used already.').waitFor();
  });
});

describe('two-step verification', () => {
  it('a user sets up a second factor, saves the recovery codes and turns the second factor off', async () => {
    const ann = await kit.person('Ann');
    const page = await kit.open(ann, { path: '/settings/account', size: 'phone', colorScheme: 'dark' });
    await page.getByRole('button', { name: 'Set up' }).click();
    const enter = async (given: string) => {
      await page.getByLabel('Enter your password to continue').fill(given);
      await page.getByRole('button', { name: 'Next' }).click();
    };
    await enter('not the password');
    await page.getByText('Wrong password.').waitFor();
    await enter(password);
    const secret = ((await page.locator('code.secret').textContent()) ?? '').replaceAll(' ', '');
    expect(await readQrCode(page)).toMatch(new RegExp(`^otpauth://totp/Parley:${ann.username}\\?.*secret=${secret}`));
    await page.getByLabel('Code that the app shows').fill('000000');
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText('The code is wrong. Check the clock').waitFor();
    await page.getByLabel('Code that the app shows').fill(codeOf(secret));
    await page.getByRole('button', { name: 'Turn on' }).click();

    const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
    await codes.first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    const shown = await codes.allTextContents();
    expect(shown).toHaveLength(10);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const stream = await (await download).createReadStream();
    expect((await text(stream)).trim().split('\n')).toEqual(shown);
    await page.getByRole('button', { name: 'I have saved them' }).click();
    await page.getByText('10 recovery codes are left.').waitFor();

    await page.getByRole('button', { name: 'Turn off' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Password', { exact: true }).fill(password);
    await dialog.getByLabel('Code', { exact: true }).fill('000000');
    await dialog.getByRole('button', { name: 'Turn off' }).click();
    await dialog.getByText('The code is wrong or was used already.').waitFor();
    await dialog.getByLabel('Code', { exact: true }).fill(shown[0] as string);
    await dialog.getByRole('button', { name: 'Turn off' }).click();
    await page.getByRole('button', { name: 'Set up' }).waitFor();
  });
});

describe('the e-mail address', () => {
  it('a user adds an e-mail address, confirms it with a mailed link and removes it', async () => {
    const page = await kit.open(await kit.person('Ann'), { path: '/settings/account' });
    const add = async (address: string, given: string) => {
      await page.getByLabel('E-mail address').fill(address);
      await page.getByLabel('Your password').fill(given);
      await page.getByRole('button', { name: 'Add address' }).click();
    };
    await add('ann@example.com', 'not the password');
    await page.getByText('Wrong password.').waitFor();
    await add('ann@example.com', password);
    await page.getByText('To confirm ann@example.com, open the link').waitFor();
    const tab = await page.context().newPage();
    await tab.goto(`/confirm-email#${await linkTo('ann@example.com')}`);
    await tab.getByText('Your e-mail address is confirmed.').waitFor();
    await page.reload();
    await page.getByText('ann@example.com', { exact: true }).waitFor();
    await page.getByLabel('Your password').fill(password);
    await page.getByRole('button', { name: 'Remove address' }).click();
    await page.getByRole('button', { name: 'Add address' }).waitFor();
  });
});
