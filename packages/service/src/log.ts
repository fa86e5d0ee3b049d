import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * Creates the log of a process: one JSON object per line, with `service`, ISO time and the level's
 * name. Fields that may hold a secret (tokens, passwords, cookies, authorization headers) become
 * `[redacted]`, up to two objects deep. @param destination of the lines, written synchronously.
 * Default: standard output
 */
export function createLog({ name, level = 'info' }: LogOptions, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service: name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redactedPaths, censor: '[redacted]' },
  };
  return pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
}

/** The values of LOG_LEVEL, from quiet to verbose. */
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

const redactedNames = [
  'password',
  'passwordHash',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  '["set-cookie"]',
  '["sec-websocket-protocol"]',
];

const redactedPaths = redactedNames.flatMap((name) => {
  const below = name.startsWith('[') ? name : `.${name}`;
  return [name, `*${below}`, `*.*${below}`];
});

export interface LogOptions {
  /** The service, such as `gateway`. */
  name: string;
  level?: LogLevel;
}

export type LogLevel = (typeof logLevels)[number];

/** A pino logger. */
export type Log = Logger;
