import { type Custom, type FrameOf, findExcess } from '@parley/protocol';
import type { CommandDeps } from './command.ts';
import { Refusal } from './refusal.ts';

/** Throws a refusal if a frame carries more custom data than `MAX_CUSTOM` allows. */
export function checkCustom(deps: CommandDeps, { body, custom }: Content): void {
  if (custom !== undefined) checkData(deps, 'custom', custom);
  if (body.type === 'custom') checkData(deps, 'body.data', body.data);
}

/**
 * Throws a refusal if an object is larger than `MAX_CUSTOM`.
 *
 * @param path its path in the frame, for the error
 */
export function checkData({ config }: CommandDeps, path: string, data: Custom): void {
  const excess = findExcess(data, config.maxCustom);
  if (excess !== undefined) throw new Refusal('bad-frame', `${path}: ${excess}`);
}

type Content = Pick<FrameOf<'edit'>, 'body' | 'custom'>;
