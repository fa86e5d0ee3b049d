import type { Environment } from './env/read-env.ts';
import { createLog, type Log } from './log.ts';

/**
 * Runs a service process from its start to its exit.
 *
 * - `start` reads the config, creates the parts, and registers the `stop` of each part as soon as
 *   it runs.
 * - SIGTERM or SIGINT stops the parts in reverse order. The process then exits with 0, or with 1 if
 *   a part fails to stop or if stopping takes longer than `stopWithin`. A second signal exits at
 *   once.
 * - If `start` throws, the process logs the error, prints it in one line on standard error, stops
 *   the running parts and exits with 1.
 * - After an uncaught exception, the process logs it and exits with 1, because its state is
 *   unknown. Another replica takes over.
 * - After an unhandled rejection, the process does the same. If `surviveRejections` is set, it only
 *   logs the rejection.
 * - With `PARLEY_PARENT_PIPE=1`, the end of standard input has the same effect as SIGTERM, so that
 *   the process does not outlive its parent.
 */
export async function runService({
  name,
  start,
  env = process.env,
  stopWithin = 30_000,
  surviveRejections = false,
}: RunOptions): Promise<void> {
  const log = createLog({ name });
  const parts: Part[] = [];
  let stopping = false;

  const stop = async (reason: string, code: number): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ reason }, 'stopping');
    const late = setTimeout(() => {
      log.error({ stopWithin }, 'stop timed out');
      process.exit(1);
    }, stopWithin);
    const clean = await stopAll(parts, log);
    clearTimeout(late);
    log.info('stopped');
    process.exit(clean ? code : 1);
  };
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'uncaught exception');
    process.exit(1);
  };
  const survive = (error: unknown): void => log.error({ err: error }, 'unhandled rejection');

  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', surviveRejections ? survive : crash);
  if (env.PARLEY_PARENT_PIPE === '1') followParent(() => stopping || stop('parent is gone', 0));

  try {
    await start({ env, log, onStop: (part, stopPart) => parts.push({ name: part, stop: stopPart }) });
    log.info('started');
  } catch (error) {
    if (stopping) return;
    process.stderr.write(`${name} cannot start: ${firstLine(error)}\n`);
    log.fatal({ err: error }, 'cannot start');
    await stop('cannot start', 1);
  }
}

async function stopAll(parts: readonly Part[], log: Log): Promise<boolean> {
  let clean = true;
  for (const part of parts.toReversed()) {
    try {
      await part.stop();
    } catch (error) {
      clean = false;
      log.error({ err: error, part: part.name }, 'stop failed');
    }
  }
  return clean;
}

function followParent(gone: () => void): void {
  process.stdin.on('end', gone).on('close', gone).on('error', gone).resume();
}

function firstLine(error: unknown): string {
  // Uses the first part of an AggregateError without a message, such as that of a refused
  // connection to a host name with several addresses.
  const cause = error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split('\n', 1)[0] ?? '';
}

export interface RunOptions {
  /** Name of the process in its log. */
  name: string;
  start(service: Service): Promise<void>;
  /** Default: `process.env`. */
  env?: Environment;
  /** Maximum time in ms for stopping all parts. Default: 30 s. */
  stopWithin?: number;
  /**
   * True if the process continues after an unhandled rejection. Set it only if no request can leave
   * shared state half changed. Default: false.
   */
  surviveRejections?: boolean;
}

/** The argument that `start` receives. */
export interface Service {
  env: Environment;
  /** Log of the process, at level `info`. Set `log.level` after reading the config. */
  log: Log;
  /** Registers a running part of the process with its stop function. */
  onStop(part: string, stop: () => Promise<void> | void): void;
}

interface Part {
  name: string;
  stop(): Promise<void> | void;
}
