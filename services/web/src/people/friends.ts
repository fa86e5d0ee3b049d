import type { Friend, FriendGroup, FriendRequest } from '@parley/protocol';
import { computed, ref, shallowRef } from 'vue';
import { me } from '../core/current-user.ts';
import { useParley } from '../core/parley.ts';
import { readAllPages } from '../core/read-all-pages.ts';
import { onSignOut } from '../core/sign-out.ts';

const parley = useParley();

/** The user's friends, by what they are called; undefined until they are known. */
export const friends = shallowRef<Friend[]>();
/** The headings under which the user sorts friends, in their order. */
export const friendGroups = shallowRef<FriendGroup[]>([]);
/** Requests from and to the user that wait for an answer, the newest first. */
export const requests = shallowRef<FriendRequest[]>([]);
/** Why they could not be loaded. */
export const loadFailure = ref<unknown>();

/** Requests that wait for the user's answer. */
export const incomingRequests = computed(() => requests.value.filter(({ to }) => to.id === me.value?.id));

/** What the user calls a friend. */
export function nameOf({ remark, user }: Pick<Friend, 'remark' | 'user'>): string {
  return remark || user.name;
}

/** The friend with this id, if it is one. */
export function friendOf(user: number): Friend | undefined {
  return friends.value?.find((each) => each.user.id === user);
}

/** Reads friends, headings and requests, once for all who ask at a time; `anew` though they are known. Failing is shown, not thrown. */
export function loadFriends(anew = false): Promise<void> {
  if (friends.value && !anew) return Promise.resolve();
  if (loading && anew) again = true;
  loading ??= load();
  return loading;
}

let loading: Promise<void> | undefined;
/** Something changed while they were being read. */
let again = false;

async function load(): Promise<void> {
  try {
    const [all, headings, pending] = await Promise.all([
      readAllPages((paging) => parley.api('GET /friends', paging)),
      readAllPages((paging) => parley.api('GET /friend-groups', paging)),
      readAllPages((paging) => parley.api('GET /friend-requests', { ...paging, state: 'pending' })),
    ]);
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    friends.value = all.sort((a, b) => compare(nameOf(a), nameOf(b)));
    friendGroups.value = headings.sort((a, b) => a.position - b.position);
    requests.value = pending.sort((a, b) => b.date - a.date);
    loadFailure.value = undefined;
  } catch (error) {
    loadFailure.value = error;
  }
  if (again) {
    again = false;
    return load();
  }
  loading = undefined;
}

parley.on('event', (event) => {
  if (event.kind === 'friend') loadFriends(true);
  if (event.kind === 'profile' && (friendOf(event.user) || requests.value.length > 0)) loadFriends(true);
});
parley.on('reload', () => loadFriends(true));
// What could not be loaded is once there is a connection.
parley.on('status', ({ state }) => state === 'online' && (!friends.value || loadFailure.value) && loadFriends(true));
onSignOut(() => {
  friends.value = undefined;
  friendGroups.value = [];
  requests.value = [];
});
