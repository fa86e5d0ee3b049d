import { type Custom, type FrameOf, findExcess } from '@parley/protocol';
import type { CommandDeps } from './command.ts';
import { Refusal } from './refusal.ts';

/** Throws a `Refusal` if the custom data of a frame exceeds `MAX_CUSTOM` bytes. */
export function checkCustom(deps: CommandDeps, { body, custom }: Content): void {
  if (custom !== undefined) checkData(deps, 'custom', custom);
  if (body.type === 'custom') checkData(deps, 'body.data', body.data);
}

/**
 * Throws a `Refusal` if an object exceeds `MAX_CUSTOM` bytes.
 *
 * @param path path of the object in the frame, for the error message
 */
export function checkData({ config }: CommandDeps, path: string, data: Custom): void {
  const excess = findExcess(data, config.maxCustom);
  if (excess !== undefined) throw new Refusal('bad-frame', `${path}: ${excess}`);
}

type Content = Pick<FrameOf<'edit'>, 'body' | 'custom'>;
