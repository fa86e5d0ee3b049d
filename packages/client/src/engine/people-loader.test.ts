import { expect, it, onTestFinished, vi } from 'vitest';
import type { Api } from '../api/operations.ts';
import { applyChange } from '../state/apply-change.ts';
import { createState } from '../state/state.ts';
import { PeopleLoader } from './people-loader.ts';

it('the client reads the name of an unknown sender once, and reads it again after a change of the profile', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const state = createState(1, 10);
  const requests: string[] = [];
  let name = 'Ann';
  const api = (async (_operation: string, { ids }: { ids: string }) => {
    requests.push(ids);
    return { items: ids.split(',').includes('2') ? [{ id: 2, name, avatar: null }] : [], next: null };
  }) as unknown as Api;
  const loader = new PeopleLoader({ state, api, change: (change) => applyChange(state, change) });
  loader.name([2, 0]);
  loader.name([2]);
  await vi.runAllTimersAsync();
  expect([requests, state.people.get(2)]).toEqual([['2,0'], { id: 2, name: 'Ann', avatar: null }]);
  loader.name([2, 0]);
  await vi.runAllTimersAsync();
  expect(requests).toHaveLength(1);
  name = 'Anna';
  loader.heard({ kind: 'profile', user: 2 });
  loader.heard({ kind: 'profile', user: 3 });
  await vi.runAllTimersAsync();
  expect([requests, state.people.get(2)?.name]).toEqual([['2,0', '2'], 'Anna']);
});
