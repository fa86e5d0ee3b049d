import type { Problem, Session } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { startServerApi } from '../../test/server-api.ts';
import { password } from '../../test/test-api.ts';

describe('registration', () => {
  it('REGISTRATION=invite requires an invitation code that works a limited number of times', async () => {
    await using product = await startServerApi({ REGISTRATION: 'invite' });
    let count = 0;
    const register = (invitation?: string) =>
      product.api.call<Session & Problem>('post', '/v1/users', {
        body: { username: `guest-${++count}`, password, ...(invitation && { invitation }) },
      });
    expect((await product.api.call('get', '/v1/info')).body).toMatchObject({ registration: 'invite' });
    expect((await register()).body.code).toBe('forbidden');
    expect((await register('made-up')).body.code).toBe('forbidden');
    const { body: invitation } = await product.call<{ code: string }>('post', '/invitations', {
      uses: 2,
      note: 'team',
    });
    const both = await Promise.all([register(invitation.code), register(invitation.code), register(invitation.code)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 201, 403]);
    const expired = await product.call<{ code: string }>('post', '/invitations', { expires: Date.now() - 1 });
    expect((await register(expired.body.code)).status).toBe(403);
    const withdrawn = await product.call<{ code: string }>('post', '/invitations', {});
    await product.call('delete', `/invitations/${withdrawn.body.code}`);
    expect((await register(withdrawn.body.code)).status).toBe(403);
    const { body } = await product.call<{ items: object[] }>('get', '/invitations');
    expect(body.items).toHaveLength(2);
    expect(body.items.at(-1)).toMatchObject({ code: invitation.code, note: 'team', uses: 2, used: 2 });
  });

  it('a registration that fails because its username exists does not use up the invitation', async () => {
    await using product = await startServerApi({ REGISTRATION: 'invite' });
    const { body } = await product.call<{ code: string }>('post', '/invitations', { uses: 2 });
    const register = (username: string) =>
      product.api.call('post', '/v1/users', { body: { username, password, invitation: body.code } });
    const statuses = [await register('ann'), await register('ann'), await register('ben')].map(({ status }) => status);
    expect(statuses).toEqual([201, 409, 201]);
  });

  it('REGISTRATION=closed rejects registrations, while the server API still creates users', async () => {
    await using product = await startServerApi({ REGISTRATION: 'closed' });
    const { body } = await product.api.call<Problem>('post', '/v1/users', { body: { username: 'ann', password } });
    expect(body).toMatchObject({ code: 'forbidden', detail: 'Registration is closed on this server.' });
    expect((await product.call('put', '/users/17', { name: 'Ann' })).status).toBe(201);
  });

  it('registration rejects reserved names, names that look like them, and weak passwords', async () => {
    await using product = await startServerApi({ RESERVED_NAMES: 'admin,acme', PASSWORD_STRENGTH: '2' });
    const register = async (username: string, given = password, name?: string) =>
      (await product.api.call('post', '/v1/users', { body: { username, password: given, ...(name && { name }) } }))
        .status;
    expect([await register('admin'), await register('4dm1n'), await register('ac.me')]).toEqual([409, 409, 409]);
    expect([await register('ann', password, 'Acme'), await register('ann', password, 'An\u200bn')]).toEqual([409, 400]);
    expect([await register('ann', 'qwertyuiop'), await register('ann', 'Password1!')]).toEqual([400, 400]);
    expect(await register('root')).toBe(201);
  });
});
