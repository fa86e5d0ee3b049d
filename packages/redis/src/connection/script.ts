import { createHash } from 'node:crypto';

/**
 * A Lua script that is run by the hash of its content, so that two versions can run side by side
 * during a rollout.
 */
export interface Script {
  /** The name, for error messages and metrics. */
  readonly name: string;
  /** Whether its writes count as done only when enough replicas have them. */
  readonly durable: boolean;
  run(call: Call, keys: string[], args: Argument[]): Promise<unknown>;
}

/**
 * The sources of all scripts. Every connection loads them before its first call. Otherwise a later
 * call could overtake an earlier one that received NOSCRIPT.
 */
export const scriptTexts: string[] = [];

/** Joins Lua sources to one script, shared parts first. */
export function createScript(name: string, sources: string[], { durable = false } = {}): Script {
  const lua = sources.join('\n');
  scriptTexts.push(lua);
  const sha = createHash('sha1').update(lua).digest('hex');
  return {
    name,
    durable,
    run: async (call, keys, args) => {
      try {
        return await call(['EVALSHA', sha, keys.length, ...keys, ...args]);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return call(['EVAL', lua, keys.length, ...keys, ...args]);
      }
    },
  };
}

/** Sends a command to the server of the script's keys. */
export type Call = (args: readonly Argument[]) => Promise<unknown>;

/**
 * An argument of a command. An object is converted to text when the command is sent: while the
 * connection opens, that is later than the call.
 */
export type Argument = string | number | { toString(): string };
