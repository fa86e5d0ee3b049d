import { parseCursor } from '@parley/protocol';
import { expect } from 'vitest';
import type { Client } from './client.ts';

/** Expects that the received events follow the welcome in offset order, without a gap. */
export function expectGapless(client: Client): void {
  const welcome = client.frames.find((frame) => frame.type === 'welcome');
  const start = parseCursor(welcome?.type === 'welcome' ? welcome.cursor : '');
  const expected = client.events.map((_, i) => `${start?.epoch}-${(start?.offset ?? 0) + i + 1}`);
  expect(client.events.map(({ cursor }) => cursor)).toEqual(expected);
}
