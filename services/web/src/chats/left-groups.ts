import { shallowReactive } from 'vue';

/** Ids of groups that the user has left, or that were dissolved. */
const left = shallowReactive(new Set<number>());

export function hasLeft(group: number): boolean {
  return left.has(group);
}

export function markLeft(group: number): void {
  left.add(group);
}

export function markJoined(group: number): void {
  left.delete(group);
}
