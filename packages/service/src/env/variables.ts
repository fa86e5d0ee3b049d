import type { Outcome, Variable } from './read-env.ts';

// Functions that create the types of variables. Each has the option `default`, the value if the
// variable is missing. Without this option, the variable is required. With `default: undefined`,
// the variable is optional. (`NoInfer`: the type is inferred from the default only.)

/** Free text. */
export function text<D extends string | undefined = string>(options: Default<D> = {}): Variable<string | NoInfer<D>> {
  return variable(options, (value) => ok(value));
}

/** An integer from `min` to `max`, inclusive. */
export function integer<D extends number | undefined = number>(
  options: Range & Default<D>,
): Variable<number | NoInfer<D>> {
  const { min, max = Number.MAX_SAFE_INTEGER } = options;
  return variable(options, (value) => {
    const number = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return ok(number);
    return bad(`must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`);
  });
}

/** A fraction from 0 to 1, such as `0.9`. */
export function share<D extends number | undefined = number>(options: Default<D> = {}): Variable<number | NoInfer<D>> {
  return variable(options, (value) => {
    const number = /^[01](\.\d{1,6})?$/.test(value) ? Number(value) : Number.NaN;
    return number <= 1 ? ok(number) : bad(`must be a number from 0 to 1, not ${JSON.stringify(value)}`);
  });
}

/**
 * A duration such as `500ms`, `30s`, `15m`, `2h` or `30d`. The value, `min` and `max` are in ms.
 */
export function duration<D extends number | undefined = number>(
  options: Range & Default<D>,
): Variable<number | NoInfer<D>> {
  return amount(options, milliseconds, 'a span of time with its unit, such as 500ms, 30s, 15m, 2h or 30d');
}

/** A size such as `4096B`, `64KiB`, `100MiB` or `1GiB`. The value, `min` and `max` are in bytes. */
export function size<D extends number | undefined = number>(
  options: Range & Default<D>,
): Variable<number | NoInfer<D>> {
  return amount(options, bytes, 'a size with its unit, such as 4096B, 64KiB, 100MiB or 1GiB');
}

/** A boolean: `true`, `false`, `1`, `0`, `yes`, `no`, `on` or `off`, in upper or lower case. */
export function bool<D extends boolean | undefined = boolean>(
  options: Default<D> = {},
): Variable<boolean | NoInfer<D>> {
  return variable(options, (value) => {
    if (/^(true|1|yes|on)$/i.test(value)) return ok(true);
    if (/^(false|0|no|off)$/i.test(value)) return ok(false);
    return bad(`must be true or false, not ${JSON.stringify(value)}`);
  });
}

/** One of a list of words. */
export function oneOf<const W extends string>(words: readonly W[], options?: { default?: NoInfer<W> }): Variable<W>;
export function oneOf<const W extends string>(
  words: readonly W[],
  options: { default: undefined },
): Variable<W | undefined>;
export function oneOf<const W extends string>(
  words: readonly W[],
  options: Default<W | undefined> = {},
): Variable<W | undefined> {
  return variable(options, (value) => {
    const word = words.find((it) => it === value);
    return word === undefined ? bad(`must be one of ${words.join(', ')}, not ${JSON.stringify(value)}`) : ok(word);
  });
}

/** A list of entries separated by commas. Removes whitespace around entries, and empty entries. */
export function list<D extends readonly string[] | undefined = readonly string[]>(
  options: Default<D> = {},
): Variable<readonly string[] | NoInfer<D>> {
  const entries = (value: string): string[] => value.split(',').map((entry) => entry.trim());
  return variable(options, (value) => ok(entries(value).filter((entry) => entry !== '')));
}

/**
 * An address that begins with one of some schemes (such as `postgres` or `redis`). With `several`,
 * addresses separated by commas. Errors never contain the value, because it might contain a
 * password. Rejects well-known passwords (`parley`, `postgres`, ...) in production.
 */
export function url<D extends string | undefined = string>(
  schemes: readonly string[],
  { several = false, ...options }: Default<D> & { several?: boolean } = {},
): Variable<string | NoInfer<D>> {
  const fits = (value: string) => URL.canParse(value) && schemes.includes(new URL(value).protocol.slice(0, -1));
  return variable(options as Default<D>, (value, production) => {
    const addresses = (several ? value.split(',') : [value]).map((each) => each.trim());
    if (!addresses.every(fits)) {
      return bad(`must be an address that begins with ${schemes.map((it) => `${it}://`).join(' or ')}`);
    }
    if (production && addresses.some((each) => knownSecrets.has(new URL(each).password.toLowerCase())))
      return bad('has a publicly known password; set one of your own');
    return ok(value);
  });
}

/**
 * A secret. Errors never contain its value. In production, a secret has no default unless it is
 * `optional`, must have at least 32 characters, and must not be a publicly known one
 * (`developmentSecret`).
 */
export function secret<D extends string | undefined = string>(
  options: Default<D> & { optional?: boolean } = {},
): Variable<string | NoInfer<D>> {
  return {
    read(value, production) {
      const mayBeMissing = 'default' in options && (!production || options.optional === true);
      if (value === '' && mayBeMissing) return ok(options.default as D);
      if (value === '') return bad('is required');
      if (production && knownSecrets.has(value.toLowerCase()))
        return bad('is a publicly known default; set one of your own');
      if (production && value.length < 32) return bad('must have at least 32 characters in production');
      return ok(value);
    },
  };
}

/** Default secret that services on one machine share during development. Rejected in production. */
export const developmentSecret = 'parley-development-secret-not-for-production';

const knownSecrets = new Set([developmentSecret, 'secret', 'changeme', 'change-me', 'password', 'parley', 'postgres']);

const milliseconds = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

const bytes = new Map([
  ['b', 1],
  ['kib', 1024],
  ['mib', 1024 ** 2],
  ['gib', 1024 ** 3],
]);

function amount<D extends number | undefined>(
  options: Range & Default<D>,
  units: ReadonlyMap<string, number>,
  what: string,
): Variable<number | D> {
  const { min, max = Number.MAX_SAFE_INTEGER } = options;
  return variable(options, (value) => {
    const [, digits, unit] = /^(\d{1,15})\s?([a-z]+)$/i.exec(value) ?? [];
    const factor = unit === undefined ? undefined : units.get(unit.toLowerCase());
    if (digits === undefined || factor === undefined) return bad(`must be ${what}, not ${JSON.stringify(value)}`);
    const number = Number(digits) * factor;
    const [smallest] = units.keys();
    return number >= min && number <= max ? ok(number) : bad(`must be from ${min} to ${max} ${smallest}, not ${value}`);
  });
}

function variable<T, D>(
  options: Default<D>,
  parse: (value: string, production: boolean) => Outcome<T>,
): Variable<T | D> {
  return {
    read(value, production) {
      if (value !== '') return parse(value, production);
      return 'default' in options ? ok(options.default as D) : bad('is required');
    },
  };
}

const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });
const bad = (problem: string): Outcome<never> => ({ ok: false, problem });

interface Default<D> {
  default?: D;
}

interface Range {
  min: number;
  max?: number;
}
