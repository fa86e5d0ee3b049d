import { handleHook, verifyWebhook, WebhookError } from '@parley/server';
import { signatureHeaders } from '@parley/service';
import { describe, expect, it } from 'vitest';

const now = 1_700_000_000_000;
const keys = [Buffer.alloc(24, 1), Buffer.alloc(32, 2)];
const [oldSecret = '', newSecret = ''] = keys.map((key) => `whsec_${key.toString('base64')}`);
const strange = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const event = { id: 'e1', type: 'presence.online', attempt: 1, date: now, data: { user: 17, name: '李' } };
const body = JSON.stringify(event);
const headers = signatureHeaders(keys.slice(1), 'e1', body, now);
const at = (ms: number) => ({ now: now + ms });

describe('verifyWebhook', () => {
  it('verifyWebhook returns the event of a signed request, whether its body is text or bytes', () => {
    expect(verifyWebhook(headers, body, newSecret, at(0))).toEqual(event);
    expect(verifyWebhook(new Headers(headers), Buffer.from(body), [newSecret], at(0))).toEqual(event);
  });

  it('verifyWebhook rejects a changed body', () => {
    const tampered = body.replace('17', '18');
    expect(() => verifyWebhook(headers, tampered, newSecret, at(0))).toThrow(WebhookError);
    expect(() => verifyWebhook({ ...headers, 'webhook-id': 'e2' }, body, newSecret, at(0))).toThrow(WebhookError);
  });

  it('verifyWebhook rejects a timestamp that was changed, or that differs from now by more than five minutes', () => {
    for (const ms of [-300_000, 300_000]) expect(verifyWebhook(headers, body, newSecret, at(ms))).toEqual(event);
    for (const ms of [-301_000, 301_000])
      expect(() => verifyWebhook(headers, body, newSecret, at(ms))).toThrow('too old');
    const later = { ...headers, 'webhook-timestamp': String(now / 1000 + 3600) };
    expect(() => verifyWebhook(later, body, newSecret, at(3_600_000))).toThrow('No signature matches');
    for (const timestamp of ['', 'NaN', '1e9', '-1'])
      expect(() => verifyWebhook({ ...headers, 'webhook-timestamp': timestamp }, body, newSecret, at(0))).toThrow(
        WebhookError,
      );
  });

  it('verifyWebhook rejects a wrong secret, and accepts a signature with any of several secrets', () => {
    expect(() => verifyWebhook(headers, body, strange, at(0))).toThrow('No signature matches');
    expect(() => verifyWebhook(headers, body, [strange, oldSecret], at(0))).toThrow('No signature matches');
    expect(verifyWebhook(headers, body, [oldSecret, newSecret], at(0))).toEqual(event);
    const both = signatureHeaders(keys, 'e1', body, now);
    for (const secret of [oldSecret, newSecret]) expect(verifyWebhook(both, body, secret, at(0))).toEqual(event);
  });

  it('verifyWebhook rejects missing, shortened and unknown signatures', () => {
    const signature = headers['webhook-signature'];
    for (const wrong of [
      undefined,
      '',
      signature.slice(0, -1),
      signature.replace('v1,', 'v2,'),
      'v1,',
      `${signature}=`,
    ])
      expect(() => verifyWebhook({ ...headers, 'webhook-signature': wrong }, body, newSecret, at(0))).toThrow(
        WebhookError,
      );
  });

  it('verifyWebhook rejects a signed body that is not an event', () => {
    for (const text of ['', 'null', '<html>', '[]', '{"type":"x"}']) {
      const signed = signatureHeaders(keys, 'e1', text, now);
      expect(() => verifyWebhook(signed, text, newSecret, at(0))).toThrow(WebhookError);
    }
  });

  it('verifyWebhook throws a TypeError for a missing or invalid secret, and for a body that was already parsed', () => {
    expect(() => verifyWebhook(headers, body, [], at(0))).toThrow(TypeError);
    for (const secret of ['', 'secret', 'whsec_', `whsec_${btoa('short')}`])
      expect(() => verifyWebhook(headers, body, secret, at(0))).toThrow(TypeError);
    expect(() => verifyWebhook(headers, event as never, newSecret, at(0))).toThrow('before they are parsed');
  });
});

describe('handleHook', () => {
  const ask = (type: string, handlers: Parameters<typeof handleHook>[3]) => {
    const text = JSON.stringify({ id: 'h1', type, date: now, data: { from: 1, to: 2, message: 'hi' } });
    return handleHook(signatureHeaders(keys, 'h1', text, now), text, newSecret, handlers, at(0));
  };

  it('handleHook returns the reply of the handler, and allows events of types that have no handler', async () => {
    const handlers = { 'friend.request': ({ message }: { message: string }) => ({ allow: false as const, message }) };
    expect(await ask('friend.request', handlers)).toEqual({ allow: false, message: 'hi' });
    for (const type of ['group.join', 'constructor', 'later.type'])
      expect(await ask(type, handlers)).toEqual({ allow: true });
  });

  it('handleHook throws if its handler returns nothing, or if the signature of the request is invalid', async () => {
    await expect(ask('group.join', { 'group.join': (() => {}) as never })).rejects.toThrow('must return');
    const called: unknown[] = [];
    const handlers = { 'group.join': (data: unknown) => void called.push(data) as never };
    await expect(handleHook(headers, 'x', newSecret, handlers, at(0))).rejects.toThrow(WebhookError);
    expect(called).toEqual([]);
  });
});
