import { describe, expect, it } from 'vitest';
import { explain } from './explain.ts';
import { NoRedis } from './redis/find.ts';
import { BadOption } from './start-options.ts';
import { CannotListen } from './start-ports.ts';

describe('explain', () => {
  it.each([
    [Object.assign(new Error('write'), { code: 'ENOSPC' })],
    [new Error('initdb: error: could not write to file: No space left on device')],
    [new Error('it did not start', { cause: Object.assign(new Error('write'), { code: 'ENOSPC' }) })],
  ])('the explanation of %s is a full disk', (error) => {
    expect(explain(error, '.data')).toBe('No space left on the disk that holds .data.');
  });

  it('the explanation of a write error names the folder that the user cannot write to', () => {
    const error = Object.assign(new Error("EACCES: permission denied, mkdir '/data'"), { code: 'EACCES' });
    expect(explain(error, '/data')).toBe("Cannot write to /data: EACCES: permission denied, mkdir '/data'");
  });

  it.each([[new NoRedis()], [new CannotListen('127.0.0.1', 8080)], [new BadOption('--port is odd')]])(
    'the explanation repeats an error that is meant for the user: %s',
    (error) => {
      expect(explain(error, '.data')).toBe(error.message);
    },
  );

  it('the explanation of a port for root only advises another port', () => {
    const error = new CannotListen('127.0.0.1', 80, Object.assign(new Error('listen EACCES'), { code: 'EACCES' }));
    expect(explain(error, '.data')).toBe('You may not listen on port 80. Choose another first port with --port.');
  });

  it('the explanation of a failed service repeats the error message of the service', () => {
    const error = new Error(
      'node ended (exit code 1); it wrote:\ngateway cannot start: cannot use the environment: PORT\n{"level":"fatal"}',
    );
    expect(explain(error, '.data')).toBe('The gateway cannot start: cannot use the environment: PORT\nSee .data/logs.');
  });

  it('the explanation of an error never contains a stack trace', () => {
    expect(explain(new TypeError('x is not a function\n  at y'), '.data')).toBe(
      'Parley cannot start: x is not a function\nSee .data/logs.',
    );
  });
});
