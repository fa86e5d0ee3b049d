import { expect, it } from 'vitest';
import { icons } from './icons.ts';

it('no picture of an icon has two meanings', () => {
  const meanings = new Map<unknown, string>();
  const shared = Object.entries(icons).filter(([name, icon]) => {
    const taken = meanings.has(icon);
    meanings.set(icon, name);
    return taken;
  });
  expect(shared).toEqual([]);
});
