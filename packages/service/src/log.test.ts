import { describe, expect, it } from 'vitest';
import { createLog } from './log.ts';

const lines = () => {
  const written: string[] = [];
  return { written, write: (line: string) => void written.push(line) };
};

describe('the log', () => {
  it('the log writes one JSON object per line, which contains the service', () => {
    const out = lines();
    createLog({ name: 'api' }, out).info({ user: 7 }, 'signed in');
    expect(out.written).toHaveLength(1);
    expect(JSON.parse(out.written[0] ?? '')).toMatchObject({
      level: 'info',
      service: 'api',
      user: 7,
      msg: 'signed in',
    });
  });

  it('the log omits lines below its level', () => {
    const out = lines();
    const log = createLog({ name: 'api', level: 'warn' }, out);
    log.info('hidden');
    log.warn('shown');
    expect(out.written).toHaveLength(1);
  });

  it('the log redacts secrets at the top level and up to two objects deep', () => {
    const out = lines();
    createLog({ name: 'api' }, out).info({
      password: 'hunter2',
      body: { refreshToken: 'hunter2' },
      req: { headers: { authorization: 'Bearer hunter2', 'sec-websocket-protocol': 'parley.v1, hunter2' } },
    });
    expect(out.written[0]).not.toContain('hunter2');
    expect(out.written[0]).toContain('[redacted]');
  });
});
