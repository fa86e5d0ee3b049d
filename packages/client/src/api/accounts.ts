import type { Session, SignIn, User } from '@parley/protocol';
import type { Http, Page, Paging } from './http.ts';

/** Sessions, the caller and other people. */
export function accounts(http: Http) {
  return {
    /** Makes an account and a session of it. */
    register: (account: Account) => http.open<Session>('POST', '/users', { body: account }),
    signIn: (account: Omit<Account, 'name'>) => http.open<Session>('POST', '/sessions', { body: account }),
    /** A session with fresh tokens; without a refresh token the cookie says whose. A token used twice ends its session. */
    refresh: (refreshToken?: string) => http.open<Session>('POST', '/sessions/refresh', { body: { refreshToken } }),
    signOut: () => http.call<void>('DELETE', '/sessions/current'),
    /** Where the caller is signed in. */
    sessions: (paging?: Paging) => http.call<Page<SignIn>>('GET', '/sessions', { query: paging }),
    endSession: (id: string) => http.call<void>('DELETE', `/sessions/${encodeURIComponent(id)}`),
    me: () => http.call<User>('GET', '/me'),
    updateMe: (changes: { name?: string; avatar?: string | null; sign?: string }) =>
      http.call<User>('PATCH', '/me', { body: changes }),
    /** People by the beginning of their username or name. */
    findUsers: (q: string, paging?: Paging) => http.call<Page<User>>('GET', '/users', { query: { q, ...paging } }),
    user: (id: number) => http.call<User>('GET', `/users/${id}`),
  };
}

export interface Account {
  username: string;
  password: string;
  /** What others see; the username when absent. */
  name?: string;
  /** What this device is called in the list of sessions. */
  device?: string;
}
