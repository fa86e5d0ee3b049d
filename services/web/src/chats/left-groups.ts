import { shallowReactive } from 'vue';

/** Groups this user is not in any more. */
const gone = shallowReactive(new Set<number>());

export function isGone(group: number): boolean {
  return gone.has(group);
}

export function leaveGroup(group: number): void {
  gone.add(group);
}

export function rejoinGroup(group: number): void {
  gone.delete(group);
}
