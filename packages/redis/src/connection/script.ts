import { createHash } from 'node:crypto';

/** A Lua script, run by the hash of its content, so that two versions of it can run side by side during a rollout. */
export interface Script {
  /** For people. */
  readonly name: string;
  /** Whether what it wrote must be on as many replicas as the redis asks for before it counts as done. */
  readonly durable: boolean;
  run(call: Call, keys: string[], args: Argument[]): Promise<unknown>;
}

/**
 * The texts of all scripts, which every connection loads before anything else. Otherwise, of several calls under way, a later one
 * could pass by an earlier one that was answered that its script is not known.
 */
export const scriptTexts: string[] = [];

/** Joins Lua sources, shared parts first, to one script. */
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

/** Sends a command to where the script's keys live. */
export type Call = (args: readonly Argument[]) => Promise<unknown>;

/** What a command is made of. An object is asked when the command is sent, which is later where the connection is still opening. */
export type Argument = string | number | { toString(): string };
