import { accounts } from './accounts.ts';
import { chats } from './chats.ts';
import { friends } from './friends.ts';
import { groups } from './groups.ts';
import type { Http } from './http.ts';

/** All that the api does, one function each. They reject with a ParleyError. */
export function createApi(http: Http) {
  return { ...accounts(http), ...friends(http), ...chats(http), ...groups(http) };
}

export type Api = ReturnType<typeof createApi>;
