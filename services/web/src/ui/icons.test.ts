import { expect, it } from 'vitest';
import { icons } from './icons.ts';

it('each icon of the web client has a different picture', () => {
  const meanings = new Map<unknown, string>();
  const shared = Object.entries(icons).filter(([name, icon]) => {
    const taken = meanings.has(icon);
    meanings.set(icon, name);
    return taken;
  });
  expect(shared).toEqual([]);
});
