import { closeCodes } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { afterClose, afterStatus } from './close-codes.ts';

describe('after the end of a connection', () => {
  it.each(Object.entries(closeCodes))(
    'after close code %s the client acts as the protocol requires',
    (_name, { code, next }) => {
      expect(afterClose(code).next).toBe({ resume: 'lost', refresh: 'expired', stop: 'final' }[next]);
    },
  );

  it('the client reconnects after an unknown close code', () => {
    expect(afterClose(1006).next).toBe('lost');
    expect(afterClose(4999).next).toBe('lost');
  });

  it('the client requests a new token after status 401', () => {
    expect(afterStatus(401).next).toBe('expired');
    expect(afterStatus(503).next).toBe('lost');
  });

  it('the client ends the connection after a 403 of a gateway, and reconnects after a 403 of a proxy', () => {
    const said = '{"code":"forbidden","detail":"replaced by a newer connection"}';
    expect(afterStatus(403, said)).toEqual({ next: 'final', code: 403, reason: 'replaced by a newer connection' });
    expect(afterStatus(403, '<h1>Blocked by your administrator</h1>').next).toBe('lost');
  });
});
