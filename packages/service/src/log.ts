import { type DestinationStream, type LogFn, type Logger, pino } from 'pino';
import { RepeatedFaults } from './repeated-faults.ts';

/**
 * Creates the log of a process: one JSON object per line, with `service`, ISO time and the level's
 * name. Fields that may hold a secret (tokens, passwords, cookies, authorization headers) become
 * `[redacted]`, up to two objects deep. A repeated warning or error is counted instead of logged
 * each time: see `RepeatedFaults`. @param destination receives the lines synchronously. Default:
 * standard output
 */
export function createLog({ name, level = 'info' }: LogOptions, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service: name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { logMethod: countRepeated(new RepeatedFaults()) },
    redact: { paths: redactedPaths, censor: '[redacted]' },
  };
  return pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
}

/** The numbers of pino's levels `warn` and `error`. */
const FAULT_LEVELS: ReadonlySet<number> = new Set([40, 50]);

/** Drops warnings and errors that repeat. */
function countRepeated(faults: RepeatedFaults) {
  return function logMethod(this: Logger, args: Parameters<LogFn>, write: LogFn, level: number): void {
    const [fields, event] = typeof args[0] === 'string' ? [{}, args[0]] : [args[0] as object, args[1] as string];
    if (FAULT_LEVELS.has(level) && !faults.admit(this, write, { ...fields }, event)) return;
    write.apply(this, args);
  };
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
