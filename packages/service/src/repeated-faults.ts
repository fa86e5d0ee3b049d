import type { LogFn, Logger } from 'pino';

/** Ms without a repetition after which a fault counts as ended. */
const QUIET_MS = 15_000;

/**
 * Maximum number of faults that are tracked at the same time. Further faults are logged each time.
 */
const MAX_FAULTS = 200;

/**
 * Maximum number of lines that are logged for a fault whose fields contain a request id, because
 * the client might report that request. Without a request id, only the first line of a fault is
 * logged.
 */
const LINES_WITH_REQUEST = 10;

/** Event name of the line that reports the end of a fault. */
const FAULT_ENDED = 'fault ended';

/**
 * Logs a repeated fault once when it begins, and once when it ends, with its count and duration. A
 * fault is a warning or an error. Its event and its subject, such as an endpoint, a hook or a
 * service, identify it. A program error is also identified by its message.
 */
export class RepeatedFaults {
  readonly #faults = new Map<string, Fault>();

  /** Returns whether a log line must be written. If not, counts the line as a repetition. */
  admit(log: Logger, write: LogFn, fields: Fields, event: string): boolean {
    // Always writes a line that reports a change of state, which does not repeat, or the loss of a
    // record.
    if (event === FAULT_ENDED || fields.dependency !== undefined || fields.bucket !== undefined) return true;
    const key = keyOf(fields, event);
    const fault = this.#faults.get(key);
    const now = performance.now();
    if (fault) {
      fault.times += 1;
      fault.last = now;
      return fields.requestId !== undefined && fault.times <= LINES_WITH_REQUEST;
    }
    if (this.#faults.size < MAX_FAULTS) {
      const begun = { event, about: aboutOf(fields), times: 1, first: now, last: now };
      this.#faults.set(key, begun);
      this.#follow(key, begun, (ended) => write.call(log, ended, FAULT_ENDED));
    }
    return true;
  }

  /**
   * Follows a fault, and logs its end once it has not repeated for `QUIET_MS`. If the fault
   * occurred only once, logs nothing.
   */
  #follow(key: string, fault: Fault, ended: (fields: object) => void): void {
    setTimeout(
      () => {
        if (performance.now() - fault.last < QUIET_MS) return this.#follow(key, fault, ended);
        this.#faults.delete(key);
        const { event, about, times, first, last } = fault;
        if (times > 1) ended({ fault: event, ...about, times, seconds: Math.round((last - first) / 1000) });
      },
      QUIET_MS - (performance.now() - fault.last),
    ).unref();
  }
}

/** Fields that distinguish faults of the same event. */
const SUBJECTS = ['part', 'endpoint', 'hook', 'service', 'url'] as const;

function aboutOf(fields: Fields): Fields {
  return Object.fromEntries(SUBJECTS.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]));
}

function keyOf(fields: Fields, event: string): string {
  const mistake =
    fields.err instanceof TypeError || fields.err instanceof RangeError || fields.err instanceof ReferenceError;
  return [event, ...Object.values(aboutOf(fields)), ...(mistake ? [(fields.err as Error).message] : [])].join(' ');
}

interface Fault {
  event: string;
  about: Fields;
  times: number;
  /** When the fault was first logged, as a value of `performance.now()`. */
  first: number;
  last: number;
}

type Fields = Readonly<Record<string, unknown>>;
