import type { Friend, FriendGroup, FriendRequest, Group } from '@parley/protocol';
import { computed, ref, shallowRef } from 'vue';
import { me } from '../core/current-user.ts';
import { useParley } from '../core/parley.ts';
import { readAllPages } from '../core/read-all-pages.ts';
import { onSignOut } from '../core/sign-out.ts';

const parley = useParley();

/** The user's friends, sorted by name. Undefined until they are loaded. */
export const friends = shallowRef<Friend[]>();
/** The user's friend groups, in the order that the user set. */
export const friendGroups = shallowRef<FriendGroup[]>([]);
/** Pending friend requests that the user received or sent, the newest first. */
export const requests = shallowRef<FriendRequest[]>([]);
/** The groups of which the user is a member, sorted by name. */
export const groups = shallowRef<Group[]>([]);
/** The error of the last load. Undefined if the load succeeded. */
export const loadFailure = ref<unknown>();

/** Pending friend requests that the user received. */
export const incomingRequests = computed(() => requests.value.filter(({ to }) => to.id === me.value?.id));

/** Number of pending requests to join groups that the user manages. */
export const joinRequests = computed(() => groups.value.reduce((sum, { requests: pending = 0 }) => sum + pending, 0));

/**
 * Returns the remark (the name that the user assigned to this friend), otherwise the friend's own
 * name.
 */
export function nameOf({ remark, user }: Pick<Friend, 'remark' | 'user'>): string {
  return remark || user.name;
}

/** Returns the friend with this id. Undefined if the user is not a friend. */
export function friendOf(user: number): Friend | undefined {
  return friends.value?.find((each) => each.user.id === user);
}

/**
 * Loads friends, friend groups, friend requests and groups. Concurrent calls share one load. Stores
 * an error in `loadFailure` instead of rejecting.
 *
 * @param again whether to load them even if they are already loaded. Default: false
 */
export function loadFriends(again = false): Promise<void> {
  if (friends.value && !again) return Promise.resolve();
  if (loading && again) stale = true;
  loading ??= load();
  return loading;
}

let loading: Promise<void> | undefined;
/** True if something changed during a load, which must then be repeated. */
let stale = false;

async function load(): Promise<void> {
  try {
    const [all, headings, pending, joined] = await Promise.all([
      readAllPages((paging) => parley.api('GET /friends', paging)),
      readAllPages((paging) => parley.api('GET /friend-groups', paging)),
      readAllPages((paging) => parley.api('GET /friend-requests', { ...paging, state: 'pending' })),
      readAllPages((paging) => parley.api('GET /groups', paging)),
    ]);
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    friends.value = all.sort((a, b) => compare(nameOf(a), nameOf(b)));
    friendGroups.value = headings.sort((a, b) => a.position - b.position);
    requests.value = pending.sort((a, b) => b.date - a.date);
    groups.value = joined.sort((a, b) => compare(a.name, b.name));
    loadFailure.value = undefined;
  } catch (error) {
    loadFailure.value = error;
  }
  if (stale) {
    stale = false;
    return load();
  }
  loading = undefined;
}

parley.on('event', (event) => {
  if (event.kind === 'friend' || event.kind === 'group') loadFriends(true);
  if (event.kind === 'profile' && (friendOf(event.user) || requests.value.length > 0)) loadFriends(true);
});
parley.on('reload', () => loadFriends(true));
// Repeats a failed load when the client is online again.
parley.on('status', ({ state }) => state === 'online' && (!friends.value || loadFailure.value) && loadFriends(true));
onSignOut(() => {
  friends.value = undefined;
  friendGroups.value = [];
  requests.value = [];
  groups.value = [];
});
