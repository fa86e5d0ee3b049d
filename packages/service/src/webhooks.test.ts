import { describe, expect, it } from 'vitest';
import { readEnv } from './env/read-env.ts';
import { webhooks } from './webhooks.ts';

const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const read = (value: unknown, signed = true) =>
  readEnv({ WEBHOOKS: typeof value === 'string' ? value : JSON.stringify(value) }, { WEBHOOKS: webhooks({ signed }) })
    .WEBHOOKS;
const plain = { url: 'https://shop.example/hook', events: ['message'], secret };

describe('WEBHOOKS', () => {
  it('the setting WEBHOOKS defaults to no endpoints', () => {
    expect(read('')).toEqual([]);
  });

  it('the setting WEBHOOKS contains endpoints with a stable id, their events and their secrets', () => {
    const [one, two] = read([
      plain,
      { ...plain, name: 'shop', events: ['friend', 'group', 'friend'], secret: [secret, secret] },
    ]);
    expect(one).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      url: plain.url,
      events: ['message'],
      secrets: [Buffer.alloc(24, 7)],
    });
    expect(two).toMatchObject({ id: 'shop', events: ['friend', 'group'] });
    expect(two?.secrets).toHaveLength(2);
    expect(read([plain])[0]?.id).toBe(one?.id);
  });

  it('the setting WEBHOOKS needs secrets only in processes that send webhooks', () => {
    const { secret: _, ...bare } = plain;
    expect(read([bare], false)).toMatchObject([{ secrets: [] }]);
    expect(() => read([bare])).toThrow(/\[0\] needs a secret/);
  });

  it.each([
    ['no JSON', '{'],
    ['no list', plain],
    ['no object in it', [1]],
    ['no address', [{ ...plain, url: undefined }]],
    ['a file', [{ ...plain, url: 'file:///etc/passwd' }]],
    ['a password in the address', [{ ...plain, url: 'https://a:b@shop.example' }]],
    ['no events', [{ ...plain, events: [] }]],
    ['an unknown event', [{ ...plain, events: ['massage'] }]],
    ['a misspelt field', [{ ...plain, event: [] }]],
    ['a name with blanks', [{ ...plain, name: 'a b' }]],
    ['one endpoint twice', [plain, plain]],
    ['a secret of another form', [{ ...plain, secret: 'a secret that is long enough for most' }]],
    ['a short secret', [{ ...plain, secret: 'whsec_AAAA' }]],
  ])('WEBHOOKS rejects %s without printing secrets', (_, value) => {
    let message = '';
    try {
      read(value);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('cannot use the environment: WEBHOOKS');
    expect(message).not.toContain(secret.slice(6));
    expect(message).not.toContain('long enough for most');
  });
});
