import { createHash } from 'node:crypto';

/**
 * A Lua script. It is called by the hash of its content, so that two versions of the script can run
 * side by side during a rollout.
 */
export interface Script {
  /** Name of the script in error messages and metrics. */
  readonly name: string;
  /** True if the script's writes count as done only after enough replicas have them. */
  readonly durable: boolean;
  run(call: Call, keys: string[], args: Argument[]): Promise<unknown>;
}

/**
 * The sources of all scripts, which each new connection loads before its first call. Otherwise the
 * client would have to send the call of an unknown script a second time, with the source, and a
 * later call could overtake the first one.
 */
export const scriptTexts: string[] = [];

/** Creates a script from Lua sources, which are concatenated. Shared parts come first. */
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

/** Sends a command to the server that stores the script's keys. */
export type Call = (args: readonly Argument[]) => Promise<unknown>;

/**
 * An argument of a command. An object is converted to a string when the command is sent, which can
 * be later than the call if the connection is still being opened.
 */
export type Argument = string | number | { toString(): string };
