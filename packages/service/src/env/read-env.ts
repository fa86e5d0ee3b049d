/**
 * Reads typed settings from environment variables. Reads every variable before it throws, so that
 * an operator sees all mistakes at once. A missing or empty variable has its default. A variable
 * without a default is required. `NODE_ENV=production` sets stricter rules for secrets. @throws
 * EnvError listing every problem by variable, without the values of secrets
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

/** Thrown if the environment is invalid. `problems` has one entry per variable. */
export class EnvError extends Error {
  readonly problems: readonly EnvProblem[];

  constructor(problems: readonly EnvProblem[]) {
    super(`cannot use the environment: ${problems.map((it) => `${it.variable} ${it.problem}`).join('; ')}`);
    this.name = 'EnvError';
    this.problems = problems;
  }
}

/** A variable and its problem, as the rest of a sentence that begins with its name. */
export interface EnvProblem {
  variable: string;
  problem: string;
}

/** The shape of `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The type of a variable, with its parser. `text` is trimmed. It is empty if the variable is
 * missing.
 */
export interface Variable<T> {
  read(text: string, production: boolean): Outcome<T>;
}

/** The value, or why it is invalid. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: string };

/** The values of a specification. */
export type Values<S> = { [K in keyof S]: S[K] extends Variable<infer T> ? T : never };
