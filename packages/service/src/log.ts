import { type DestinationStream, type LogFn, type Logger, pino } from 'pino';
import { RepeatedFaults } from './repeated-faults.ts';

/**
 * Creates the log of a process. Each line is a JSON object with the service, the time in ISO format
 * and the name of the level. Fields that might contain a secret (tokens, passwords, cookies,
 * authorization headers) become `[redacted]`, up to two objects deep. A repeated warning or error
 * is counted instead of logged each time: see `RepeatedFaults`.
 *
 * @param destination receives the lines synchronously. Default: standard output
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

/** Numbers of pino's levels `warn` and `error`. */
const FAULT_LEVELS: ReadonlySet<number> = new Set([40, 50]);

/** Returns a pino hook that drops repeated warnings and errors. */
function countRepeated(faults: RepeatedFaults) {
  return function logMethod(this: Logger, args: Parameters<LogFn>, write: LogFn, level: number): void {
    const [fields, event] = typeof args[0] === 'string' ? [{}, args[0]] : [args[0] as object, args[1] as string];
    if (FAULT_LEVELS.has(level) && !faults.admit(this, write, { ...fields }, event)) return;
    write.apply(this, args);
  };
}

/** The possible values of LOG_LEVEL, from quiet to verbose. */
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
  /** Name of the service, such as `gateway`. */
  name: string;
  level?: LogLevel;
}

export type LogLevel = (typeof logLevels)[number];

/** A pino logger. */
export type Log = Logger;
