import { parseCursor } from '@parley/protocol';
import { expect } from 'vitest';
import type { Client } from './client.ts';

/**
 * Expects that a client received events in ascending offset order and without a gap, beginning
 * right after the welcome frame.
 */
export function expectGapless(client: Client): void {
  const welcome = client.frames.find((frame) => frame.type === 'welcome');
  const start = parseCursor(welcome?.type === 'welcome' ? welcome.cursor : '');
  const cursors = client.events.map(({ cursor }) => parseCursor(cursor) ?? { epoch: 0, offset: 0 });
  expect(cursors.map(({ offset }) => offset)).toEqual(cursors.map((_, i) => (start?.offset ?? 0) + i + 1));
  // Compares only offsets, because a new epoch continues the offsets of the previous one.
  const epochs = cursors.map(({ epoch }) => epoch);
  expect(epochs).toEqual(epochs.toSorted((x, y) => x - y));
}
