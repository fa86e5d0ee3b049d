import type { Environment } from './env/read-env.ts';
import { createLog, type Log } from './log.ts';

/**
 * Runs a process from start to exit.
 *
 * - `start` reads the config, creates the parts, and registers the `stop` of each part as soon as
 *   it runs.
 * - SIGTERM or SIGINT stops the parts once, in reverse order, and exits with 0, or with 1 if a part
 *   fails or stopping lasts longer than `stopWithin`. A second signal exits at once.
 * - If `start` throws, the error is logged and printed in one line on standard error; stops the
 *   running parts and exits with 1.
 * - An uncaught exception is logged, and the process exits with 1: its state is unknown, and
 *   another replica takes over.
 * - An unhandled rejection does the same, or is only logged if `surviveRejections` is set.
 * - With `PARLEY_PARENT_PIPE=1` the end of standard input counts as SIGTERM, so that no process
 *   outlives its parent.
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
  // The AggregateError of a refused connection to a name with several addresses has no message, but
  // its parts have one.
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
  /** Maximum time for stopping, in ms. Default: 30 s. */
  stopWithin?: number;
  /**
   * True if the process continues after an unhandled rejection. Set it only if requests share no
   * state that one of them could leave half changed. Default: false.
   */
  surviveRejections?: boolean;
}

/** The argument of `start`. */
export interface Service {
  env: Environment;
  /** The log of the process, at level `info`. Set `log.level` after reading the config. */
  log: Log;
  /** Registers a running part and its stop function. */
  onStop(part: string, stop: () => Promise<void> | void): void;
}

interface Part {
  name: string;
  stop(): Promise<void> | void;
}
