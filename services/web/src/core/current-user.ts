import type { User } from '@parley/protocol';
import { type ShallowRef, shallowRef } from 'vue';
import { localStore } from './local-store.ts';

/** The signed-in user, also kept in local storage, so that the page opens without the network. */
export const me: ShallowRef<User | undefined> = shallowRef(readStored());

/** Sets the signed-in user, also for later visits of the page. `undefined` removes it. */
export function setMe(user: User | undefined): void {
  me.value = user;
  localStore.set('user', user && String(user.id));
  localStore.set('me', user && JSON.stringify(user));
}

function readStored(): User | undefined {
  try {
    return JSON.parse(localStore.get('me') ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
