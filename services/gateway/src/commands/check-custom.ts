import { type Custom, type FrameOf, findExcess } from '@parley/protocol';
import type { CommandDeps } from './command.ts';
import { Refusal } from './refusal.ts';

/** Throws a refusal if a frame carries more data of an app than `MAX_CUSTOM` allows. */
export function checkCustom({ config }: CommandDeps, { body, custom }: Content): void {
  if (custom !== undefined) check('custom', custom, config.maxCustom);
  if (body.type === 'custom') check('body.data', body.data, config.maxCustom);
}

function check(path: string, custom: Custom, max: number): void {
  const excess = findExcess(custom, max);
  if (excess !== undefined) throw new Refusal('bad-frame', `${path}: ${excess}`);
}

type Content = Pick<FrameOf<'edit'>, 'body' | 'custom'>;
