import { describe, expect, it } from 'vitest';
import { EnvError, readEnv } from './read-env.ts';
import { bool, developmentSecret, duration, integer, list, oneOf, secret, size, text, url } from './variables.ts';

const problemsOf = (read: () => unknown): readonly { variable: string; problem: string }[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof EnvError) return error.problems;
    throw error;
  }
  return [];
};

describe('readEnv', () => {
  it('readEnv reads every kind of variable', () => {
    const env = {
      HOST: ' 127.0.0.1 ',
      PORT: '8080',
      TTL: '15m',
      LIMIT: '64KiB',
      QUIET: 'yes',
      LEVEL: 'debug',
      ORIGINS: 'https://a.example, ,https://b.example',
      DATABASE_URL: 'postgres://u:p@localhost/db',
      KEY: 'k',
    };
    expect(
      readEnv(env, {
        HOST: text(),
        PORT: integer({ min: 0, max: 65535 }),
        TTL: duration({ min: 1000 }),
        LIMIT: size({ min: 1 }),
        QUIET: bool(),
        LEVEL: oneOf(['info', 'debug']),
        ORIGINS: list(),
        DATABASE_URL: url(['postgres', 'postgresql']),
        KEY: secret(),
      }),
    ).toEqual({
      HOST: '127.0.0.1',
      PORT: 8080,
      TTL: 900_000,
      LIMIT: 65_536,
      QUIET: true,
      LEVEL: 'debug',
      ORIGINS: ['https://a.example', 'https://b.example'],
      DATABASE_URL: 'postgres://u:p@localhost/db',
      KEY: 'k',
    });
  });

  it('readEnv uses the default of a variable that is missing or empty', () => {
    expect(readEnv({ B: '' }, { A: integer({ min: 1, default: 7 }), B: text({ default: undefined }) })).toEqual({
      A: 7,
      B: undefined,
    });
  });

  it('readEnv reports every invalid variable in one error', () => {
    const env = { PORT: '70000', TTL: '15', LEVEL: 'loud', QUIET: 'maybe', LIMIT: '1MB' };
    const spec = {
      HOST: text(),
      PORT: integer({ min: 0, max: 65535 }),
      TTL: duration({ min: 1 }),
      LEVEL: oneOf(['info', 'debug']),
      QUIET: bool(),
      LIMIT: size({ min: 1 }),
    };
    expect(problemsOf(() => readEnv(env, spec)).map((it) => it.variable)).toEqual(Object.keys(spec));
    expect(() => readEnv(env, spec)).toThrow(/HOST is required; PORT must be a whole number from 0 to 65535/);
  });

  it.each(['1.5', '1e3', '0x10', 'NaN', 'Infinity', '99999999999999999999'])(
    'readEnv rejects %s as a whole number',
    (value) => {
      expect(problemsOf(() => readEnv({ N: value }, { N: integer({ min: 0 }) }))).toHaveLength(1);
    },
  );

  it('readEnv rejects a duration outside its range', () => {
    expect(problemsOf(() => readEnv({ T: '2h' }, { T: duration({ min: 0, max: 60_000 }) }))).toEqual([
      { variable: 'T', problem: 'must be from 0 to 60000 ms, not 2h' },
    ]);
  });

  it('readEnv accepts several addresses in a variable only with `several`', () => {
    const env = { REDIS_URL: 'redis://a:7000, redis://b:7000' };
    expect(readEnv(env, { REDIS_URL: url(['redis'], { several: true }) })).toEqual(env);
    expect(problemsOf(() => readEnv(env, { REDIS_URL: url(['redis']) }))).toHaveLength(1);
    expect(
      problemsOf(() => readEnv({ U: 'redis://a,ftp://b' }, { U: url(['redis'], { several: true }) })),
    ).toHaveLength(1);
  });

  it('readEnv never includes a secret, nor an address that might contain a password, in its errors', () => {
    const env = { NODE_ENV: 'production', KEY: 'hunter2', REDIS_URL: 'http://:hunter2@localhost' };
    expect(() => readEnv(env, { KEY: secret(), REDIS_URL: url(['redis', 'rediss']) })).toThrow(
      /^(?!.*hunter2).*KEY must have.*REDIS_URL must be/s,
    );
  });
});

describe('a secret', () => {
  const spec = { KEY: secret({ default: developmentSecret }) };

  it('readEnv uses the default of a secret only outside production', () => {
    expect(readEnv({}, spec).KEY).toBe(developmentSecret);
    expect(problemsOf(() => readEnv({ NODE_ENV: 'production' }, spec))).toEqual([
      { variable: 'KEY', problem: 'is required' },
    ]);
  });

  it('readEnv rejects a publicly known default of a secret in production', () => {
    expect(() => readEnv({ NODE_ENV: 'production', KEY: developmentSecret }, spec)).toThrow(/publicly known default/);
  });

  it('readEnv rejects a secret of less than 32 characters in production', () => {
    expect(() => readEnv({ NODE_ENV: 'production', KEY: 'x'.repeat(31) }, spec)).toThrow(/at least 32/);
    expect(readEnv({ NODE_ENV: 'production', KEY: 'x'.repeat(32) }, spec).KEY).toHaveLength(32);
  });

  it('readEnv rejects an address with a publicly known password in production', () => {
    const spec = { DATABASE_URL: url(['postgres']) };
    const read = (password: string, NODE_ENV?: string) =>
      readEnv({ NODE_ENV, DATABASE_URL: `postgres://parley:${password}@db/parley` }, spec).DATABASE_URL;
    expect(() => read('parley', 'production')).toThrow('DATABASE_URL has a publicly known password');
    expect(() => read('Postgres', 'production')).toThrow('DATABASE_URL has a publicly known password');
    expect(read('parley')).toContain('parley:parley');
    expect(read('one-of-our-own', 'production')).toContain('one-of-our-own');
  });
});
