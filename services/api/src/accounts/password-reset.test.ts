import type { Problem, Session } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mailbox } from '../../test/mailbox.ts';
import { type Product, startServerApi } from '../../test/server-api.ts';
import { type Person, password } from '../../test/test-api.ts';

let mailbox: Mailbox;
let product: Product;

beforeAll(async () => {
  mailbox = await Mailbox.start();
  product = await startServerApi({
    SMTP_URL: mailbox.url,
    PUBLIC_URL: 'https://chat.example/',
    PASSWORD_RESETS_PER_HOUR: '2',
    SIGN_INS_PER_MINUTE: '1000',
    PASSWORD_STRENGTH: '2',
  });
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await mailbox?.[Symbol.asyncDispose]();
});

const next = 'another horse entirely';

const signIn = (username: string, given: string) =>
  product.api.call<Session & Problem>('post', '/v1/sessions', { body: { username, password: given } });

const askForReset = (username: string) => product.api.call('post', '/v1/password-resets', { body: { username } });

const useToken = (token: string, given = next) =>
  product.api.call<Problem>('put', `/v1/password-resets/${token}`, { body: { password: given } });

async function tokenFor(address: string): Promise<string> {
  await expect.poll(() => mailbox.tokenFor(address)).toBeTypeOf('string');
  return mailbox.tokenFor(address) as string;
}

/** Registers a person with a confirmed e-mail address. */
async function withEmail(): Promise<{ person: Person; username: string; email: string }> {
  const person = await product.api.person();
  const { username } = person.session.user;
  const email = `${username}@mail.example`;
  expect((await person.call('put', '/v1/me/email', { email, password })).status).toBe(202);
  const confirmed = await product.api.call('put', `/v1/email-confirmations/${await tokenFor(email)}`);
  expect(confirmed.status).toBe(204);
  mailbox.mails.length = 0;
  return { person, username, email };
}

describe('changing the password', () => {
  it('changing the password signs out all other devices', async () => {
    const person = await product.api.person();
    const { username } = person.session.user;
    const other = (await signIn(username, password)).body;
    expect((await person.call('put', '/v1/me/password', { current: password, password: next })).status).toBe(204);
    expect((await person.get('/v1/me')).status).toBe(200);
    expect((await product.api.call('get', '/v1/me', { token: other.accessToken })).status).toBe(401);
    const refreshed = await product.api.call('post', '/v1/sessions/refresh', {
      body: { refreshToken: other.refreshToken },
    });
    expect(refreshed.status).toBe(401);
    expect((await signIn(username, password)).status).toBe(401);
    expect((await signIn(username, next)).status).toBe(201);
  });

  it('the api changes a password only if the current one is correct and the new one is hard to guess', async () => {
    const person = await product.api.person();
    const change = (current: string, given: string) =>
      person.call<Problem>('put', '/v1/me/password', { current, password: given });
    expect((await change('not the password', next)).body.code).toBe('forbidden');
    expect((await change(password, 'password1')).body.errors?.[0]?.path).toBe('password');
    expect((await change(password, `${person.session.user.username}-7`)).status).toBe(400);
  });

  it('a user who signs in through another issuer cannot set a password', async () => {
    const [ann] = await product.people('elsewhere');
    const { body } = await ann.call<Problem>('put', '/v1/me/password', { current: password, password: next });
    expect(body.code).toBe('conflict');
  });
});

describe('an e-mail address', () => {
  it('the api sets a new e-mail address when its link is opened, and notifies the former address', async () => {
    const { person, email } = await withEmail();
    const changed = 'somewhere@else.example';
    await person.call('put', '/v1/me/email', { email: 'somewhere@ELSE.example', password });
    expect((await person.get('/v1/me/account')).body).toMatchObject({ email, pendingEmail: changed });
    const token = await tokenFor(changed);
    await product.api.call('put', `/v1/email-confirmations/${token}`);
    expect((await person.get('/v1/me/account')).body).toMatchObject({ email: changed, pendingEmail: null });
    await expect.poll(() => mailbox.mails.some(({ to }) => to.includes(email))).toBe(true);
    expect((await product.api.call('put', `/v1/email-confirmations/${token}`)).status).toBe(404);
  });

  it('a user cannot change the e-mail address without the password', async () => {
    const person = await product.api.person();
    const { status } = await person.call('put', '/v1/me/email', { email: 'a@b.example', password: 'wrong one' });
    expect(status).toBe(403);
  });

  it.each(['nobody', 'a@b.example\nBcc: c@d.example', 'a@b.example, c@d.example', 'A <a@b.example>'])(
    'rejects the e-mail address %j',
    async (email) => {
      expect((await (await product.api.person()).call('put', '/v1/me/email', { email, password })).status).toBe(400);
    },
  );

  it('the api limits e-mail confirmation links per hour', async () => {
    const person = await product.api.person();
    const put = () => person.call('put', '/v1/me/email', { email: 'flood@mail.example', password });
    expect([(await put()).status, (await put()).status, (await put()).status]).toEqual([202, 202, 429]);
  });
});

describe('a reset by e-mail', () => {
  it('a password reset link works once, sets a new password and signs out every device', async () => {
    const { person, username, email } = await withEmail();
    expect((await askForReset(username.toUpperCase())).status).toBe(202);
    const token = await tokenFor(email);
    expect(mailbox.mails.at(-1)?.content).toContain(`https://chat.example/reset-password#${token}`);
    expect((await useToken(token, 'password1')).status).toBe(400);
    expect((await useToken(token)).status).toBe(204);
    expect((await person.get('/v1/me')).status).toBe(401);
    expect((await signIn(username, next)).status).toBe(201);
    expect((await useToken(token)).body.code).toBe('not-found');
    await expect.poll(() => mailbox.mails.at(-1)?.content).toContain('was changed');
  });

  it('the api retries a password reset e-mail if the mail server is busy', async () => {
    const { username, email } = await withEmail();
    mailbox.refuseNext(1);
    await askForReset(username);
    expect(await tokenFor(email)).toBeTypeOf('string');
  });

  it('a password reset reveals neither whether an account exists nor whether it has an e-mail address', async () => {
    const person = await product.api.person();
    const { email, username } = await withEmail();
    const answers = [await askForReset('nobody-at-all'), await askForReset(person.session.user.username)];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [202, undefined],
      [202, undefined],
    ]);
    // Requests another e-mail, which is sent after any e-mail that the two requests caused.
    await askForReset(username);
    await tokenFor(email);
    expect(mailbox.mails.map(({ to }) => to)).toEqual([[email]]);
  });

  it('the api limits reset e-mails per hour, but its response stays the same', async () => {
    const { username, email } = await withEmail();
    const statuses = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await askForReset(username)).status);
    expect(statuses).toEqual([202, 202, 202, 202]);
    const other = await withEmail();
    await askForReset(other.username);
    await tokenFor(other.email);
    expect(mailbox.mails.filter(({ to }) => to.includes(email)).length).toBeLessThanOrEqual(2);
  });

  it('a password change or a newer reset link invalidates a reset link', async () => {
    const { person, username, email } = await withEmail();
    await askForReset(username);
    const first = await tokenFor(email);
    mailbox.mails.length = 0;
    await askForReset(username);
    const second = await tokenFor(email);
    expect((await useToken(first)).status).toBe(404);
    await person.call('put', '/v1/me/password', { current: password, password: next });
    expect((await useToken(second, 'yet another horse')).status).toBe(404);
  });
});

it('an operator can create a password reset link that works once', async () => {
  const person = await product.api.person();
  const { body, status } = await product.call<{ token: string; url: string }>(
    'post',
    `/users/~${person.id}/password-reset`,
  );
  expect(status).toBe(201);
  expect(body.url).toBe(`https://chat.example/reset-password#${body.token}`);
  expect((await useToken(body.token)).status).toBe(204);
  expect((await signIn(person.session.user.username, next)).status).toBe(201);
});

it('the api stores only hashes of reset tokens', async () => {
  const { username, email } = await withEmail();
  await askForReset(username);
  const token = await tokenFor(email);
  const rows = await product.api.db.selectFrom('account_tokens').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(token);
  expect(product.api.logged.join('')).not.toContain(token);
  expect(product.api.logged.join('')).not.toContain(email);
});
