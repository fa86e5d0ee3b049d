import { duration, integer, size, type Values } from '@parley/service';

const SECOND_MS = 1000;

/** Defines the environment variables for imports of history. */
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
  /** Maximum number of imports in progress in this process. */
  atOnce: number;
  /** Maximum bytes of one line. */
  line: number;
  /** Maximum bytes of one import. */
  body: number;
  /** Maximum number of refused lines that the result of an import lists. */
  errors: number;
  /** Ms without a byte from the client after which an import is interrupted. */
  silence: number;
  /** Maximum duration of an import request in ms. */
  time: number;
}
