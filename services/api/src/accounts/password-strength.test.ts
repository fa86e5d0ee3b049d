import { afterAll, beforeAll, expect, it } from 'vitest';
import { PasswordStrength } from './password-strength.ts';

let strength: PasswordStrength;

beforeAll(() => {
  strength = new PasswordStrength({ timeout: 30_000 });
});
afterAll(() => strength.stop());

it.each([
  'password1',
  'Password123!',
  'p@ssw0rd',
  '12345678',
  'qwertyuiop',
  'aaaaaaaa',
  'letmein123',
  '密码密码密码密码',
])('the password %s, which attackers try early, gets a score below 2', async (password) => {
  expect(await strength.score('ann', password, [])).toBeLessThan(2);
});

it.each(['correct horse', 'battery staple', 'pässwörter', 'parley-demo'])(
  'the strength of %s is at least 2',
  async (password) => {
    expect(await strength.score('ann', password, [])).toBeGreaterThanOrEqual(2);
  },
);

it('a password that repeats the username gets a low score', async () => {
  expect(await strength.score('ann', 'zebediah-flint', ['zebediah.flint'])).toBeLessThan(2);
  expect(await strength.score('ann', 'zebediah-flint', [])).toBeGreaterThanOrEqual(2);
});
