import { closeCodes } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { afterClose, afterStatus } from './close-codes.ts';

describe('after a close', () => {
  it.each(Object.entries(closeCodes))('%s does what the protocol says', (_name, { code, next }) => {
    expect(afterClose(code).next).toBe({ resume: 'lost', refresh: 'expired', stop: 'final' }[next]);
  });

  it('comes back when the code is not known', () => {
    expect(afterClose(1006).next).toBe('lost');
    expect(afterClose(4999).next).toBe('lost');
  });

  it('gets a fresh token after 401', () => {
    expect(afterStatus(401).next).toBe('expired');
    expect(afterStatus(503).next).toBe('lost');
  });
});
