/**
 * Reads typed settings out of environment variables.
 *
 * Every variable is read before anything is thrown, so that an operator sees all mistakes at once. A variable that is
 * absent or empty takes its default; without one it is required. With `NODE_ENV=production` secrets are held to more.
 *
 * @throws EnvError listing every problem by variable. Values of secrets are never part of it.
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

/** The environment cannot be used; `problems` says why, one entry per variable. */
export class EnvError extends Error {
  readonly problems: readonly EnvProblem[];

  constructor(problems: readonly EnvProblem[]) {
    super(`cannot use the environment: ${problems.map((it) => `${it.variable} ${it.problem}`).join('; ')}`);
    this.name = 'EnvError';
    this.problems = problems;
  }
}

/** A variable and what is wrong with it, as the end of a sentence that begins with its name. */
export interface EnvProblem {
  variable: string;
  problem: string;
}

/** What `process.env` looks like. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A kind of variable: knows how to read its text. `text` is trimmed, and empty where the variable is absent. */
export interface Variable<T> {
  read(text: string, production: boolean): Outcome<T>;
}

/** The value read, or why it could not be. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; problem: string };

/** The settings a spec yields. */
export type Values<S> = { [K in keyof S]: S[K] extends Variable<infer T> ? T : never };
