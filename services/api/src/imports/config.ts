import { duration, integer, size, type Values } from '@parley/service';

const SECOND_MS = 1000;

/** The environment variables of imports. */
export const importVariables = {
  MAX_IMPORTS: integer({ min: 1, max: 100, default: 2 }),
  IMPORT_LINE: size({ min: 1024, max: 1024 * 1024, default: 64 * 1024 }),
  IMPORT_BODY: size({ min: 1024, default: 4 * 1024 ** 3 }),
  IMPORT_ERRORS: integer({ min: 1, max: 10_000, default: 100 }),
  IMPORT_SILENCE: duration({ min: 100, default: 30 * SECOND_MS }),
  IMPORT_TIME: duration({ min: SECOND_MS, default: 3600 * SECOND_MS }),
};

export function importConfig(value: Values<typeof importVariables>): ImportConfig {
  return {
    atOnce: value.MAX_IMPORTS,
    line: value.IMPORT_LINE,
    body: value.IMPORT_BODY,
    errors: value.IMPORT_ERRORS,
    silence: value.IMPORT_SILENCE,
    time: value.IMPORT_TIME,
  };
}

export interface ImportConfig {
  /** Imports in progress in this process. */
  atOnce: number;
  /** Bytes of one line. */
  line: number;
  /** Bytes of one import. */
  body: number;
  /** Refused lines that an import lists. */
  errors: number;
  /** Ms without a byte after which an import is interrupted. */
  silence: number;
  /** Ms within which the request must arrive. */
  time: number;
}
