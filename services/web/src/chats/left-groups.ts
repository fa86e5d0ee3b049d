import { shallowReactive } from 'vue';

/** Groups this user is not in any more. */
const gone = shallowReactive(new Set<number>());

export function hasLeft(group: number): boolean {
  return gone.has(group);
}

export function markLeft(group: number): void {
  gone.add(group);
}

export function markJoined(group: number): void {
  gone.delete(group);
}
