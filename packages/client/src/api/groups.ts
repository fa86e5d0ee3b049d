import type { User } from '@parley/protocol';
import type { Http, Page, Paging } from './http.ts';

/** Groups and who is in them. */
export function groups(http: Http) {
  return {
    groups: (paging?: Paging) => http.call<Page<Group>>('GET', '/groups', { query: paging }),
    group: (id: number) => http.call<Group>('GET', `/groups/${id}`),
    createGroup: (group: { name: string; description?: string; members: number[] }) =>
      http.call<Group>('POST', '/groups', { body: group }),
    updateGroup: (id: number, changes: Partial<Pick<Group, 'name' | 'description' | 'avatar' | 'maxMembers'>>) =>
      http.call<Group>('PATCH', `/groups/${id}`, { body: changes }),
    dissolveGroup: (id: number) => http.call<void>('DELETE', `/groups/${id}`),
    leaveGroup: (id: number) => http.call<void>('POST', `/groups/${id}/leave`),
    members: (id: number, paging?: Paging) =>
      http.call<Page<Member>>('GET', `/groups/${id}/members`, { query: paging }),
    addMember: (id: number, user: number) => http.call<Member>('PUT', `/groups/${id}/members/${user}`),
    updateMember: (id: number, user: number, changes: { role: Member['role'] }) =>
      http.call<Member>('PATCH', `/groups/${id}/members/${user}`, { body: changes }),
    removeMember: (id: number, user: number) => http.call<void>('DELETE', `/groups/${id}/members/${user}`),
  };
}

export interface Group {
  id: number;
  name: string;
  description: string;
  avatar: string | null;
  owner: number;
  /** How many it may have. */
  maxMembers: number;
  /** How many it has. */
  members: number;
  /** The caller's. */
  role: Member['role'];
}

export interface Member {
  user: User;
  role: 'owner' | 'admin' | 'member';
  /** Ms since 1970. */
  joined: number;
  /** What the member is called in the group. */
  alias: string | null;
}
