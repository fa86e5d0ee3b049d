import type { Block, Friend, FriendGroup, FriendRequest } from '@parley/protocol';
import type { Http, Page, Paging } from './http.ts';

/** Friends, requests, friend groups and blocks. */
export function friends(http: Http) {
  return {
    friends: (paging?: Paging) => http.call<Page<Friend>>('GET', '/friends', { query: paging }),
    updateFriend: (id: number, changes: { remark?: string; friendGroup?: number | null }) =>
      http.call<Friend>('PATCH', `/friends/${id}`, { body: changes }),
    removeFriend: (id: number) => http.call<void>('DELETE', `/friends/${id}`),
    friendRequests: (query?: Paging & { state?: FriendRequest['state'] }) =>
      http.call<Page<FriendRequest>>('GET', '/friend-requests', { query }),
    /** Asks someone to become friends; accepts at once when they had asked already. */
    requestFriend: (to: number, message?: string) =>
      http.call<FriendRequest>('POST', '/friend-requests', { body: { to, message } }),
    acceptFriend: (request: number) => http.call<FriendRequest>('POST', `/friend-requests/${request}/accept`),
    declineFriend: (request: number) => http.call<FriendRequest>('POST', `/friend-requests/${request}/decline`),
    friendGroups: (paging?: Paging) => http.call<Page<FriendGroup>>('GET', '/friend-groups', { query: paging }),
    createFriendGroup: (group: { name: string; position?: number }) =>
      http.call<FriendGroup>('POST', '/friend-groups', { body: group }),
    updateFriendGroup: (id: number, changes: { name?: string; position?: number }) =>
      http.call<FriendGroup>('PATCH', `/friend-groups/${id}`, { body: changes }),
    removeFriendGroup: (id: number) => http.call<void>('DELETE', `/friend-groups/${id}`),
    blocks: (paging?: Paging) => http.call<Page<Block>>('GET', '/blocks', { query: paging }),
    block: (user: number) => http.call<Block>('PUT', `/blocks/${user}`),
    unblock: (user: number) => http.call<void>('DELETE', `/blocks/${user}`),
  };
}
