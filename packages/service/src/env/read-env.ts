/**
 * Reads typed settings from environment variables. Reads every variable before it throws, so that
 * an operator sees all mistakes at once. If a variable is missing or empty, uses its default. A
 * variable without a default is required. With `NODE_ENV=production`, the rules for secrets are
 * stricter.
 *
 * @throws EnvError with all problems by variable, without the values of secrets
 */
export function readEnv<S extends Record<string, Variable<unknown>>>(env: Environment, spec: S): Values<S> {
  const production = env.NODE_ENV === 'production';
  const values: Record<string, unknown> = {};
  const problems: EnvProblem[] = [];
  for (const [variable, { read }] of Object.entries(spec)) {
    const outcome = read(env[variable]?.trim() ?? '', production);
    if (outcome.ok) values[variable] = outcome.value;
    else problems.push({ variable, problem: outcome.problem });
  }
  if (problems.length > 0) throw new EnvError(problems);
  return values as Values<S>;
}

/** Thrown if environment variables are invalid. `problems` has one entry per invalid variable. */
export class EnvError extends Error {
  readonly problems: readonly EnvProblem[];

  constructor(problems: readonly EnvProblem[]) {
    super(`cannot use the environment: ${problems.map((it) => `${it.variable} ${it.problem}`).join('; ')}`);
    this.name = 'EnvError';
    this.problems = problems;
  }
}

/**
 * A variable and its problem. The problem continues a sentence that begins with the variable's
 * name.
 */
export interface EnvProblem {
  variable: string;
  problem: string;
}

/** The shape of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The type of a variable, which parses its value. `text` is the value without surrounding
 * whitespace. It is empty if the variable is missing.
 */
export interface Variable<T> {
  read(text: string, production: boolean): Outcome<T>;
}

/** The parsed value, or the reason why the variable is invalid. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: string };

/** The values that `readEnv` returns for a specification of variables. */
export type Values<S> = { [K in keyof S]: S[K] extends Variable<infer T> ? T : never };
