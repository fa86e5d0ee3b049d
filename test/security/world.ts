import type { Group, GroupInvitation } from '@parley/protocol';
import { seedMessages } from '../../services/api/test/seed.ts';
import { apiKey, type Product } from '../../services/api/test/server-api.ts';
import { share } from '../../services/api/test/share.ts';
import { type Person, password } from '../../services/api/test/test-api.ts';
import { picture, placeOf, Uploader } from '../../services/api/test/upload.ts';

/**
 * Roles of requesters in relation to a user, the owner, who owns a group and all private data of a
 * world.
 */
export const roles = ['nobody', 'key', 'other', 'blocked', 'friend', 'member', 'admin', 'owner'] as const;

export type Role = (typeof roles)[number];

/** Marker words that occur only in private data -> the roles that are allowed to see them. */
export const secrets: Record<string, readonly Role[]> = {
  'secret-of-two': ['friend', 'owner'],
  'secret-of-group': ['key', 'member', 'admin', 'owner'],
  'secret-of-owner': ['owner'],
};

/** Creates a world: an owner with one object of each kind, and a user for each role. */
export async function makeWorld(product: Product): Promise<World> {
  const { api } = product;
  const [owner, friend, member, admin, blocked, other, asking, addable, second] = (await Promise.all(
    Array.from({ length: 9 }, () => api.person()),
  )) as Persons;
  const befriend = (a: Person, b: Person) => product.call('put', `/users/~${a.id}/friends/~${b.id}`);
  const friends = [friend, member, admin, addable, second].map((person) => befriend(owner, person));
  await Promise.all([...friends, befriend(addable, admin)]);
  await owner.call('put', `/v1/blocks/${blocked.id}`);
  await asking.call('post', '/v1/friend-requests', { to: owner.id, message: 'secret-of-owner' });
  await other.call('post', '/v1/friend-requests', { to: addable.id });
  const { body: requests } = await owner.get<Items>('/v1/friend-requests');
  const name = `group-${owner.id}`;
  const { body: group } = await owner.call<Group>('post', '/v1/groups', {
    ...{ name, description: 'secret-of-group', members: [member.id, admin.id, second.id] },
  });
  await owner.call('patch', `/v1/groups/${group.id}/members/${admin.id}`, { role: 'admin' });
  const heading = await owner.call<{ id: number }>('post', '/v1/friend-groups', { name: 'secret-of-owner' });
  await owner.call('patch', `/v1/friends/${friend.id}`, { remark: 'secret-of-owner' });
  const uploader = new Uploader(api.url, owner);
  const media = await uploader.send(await picture(4, 4), { name: 'secret-of-two.png', type: 'image/png' });
  const [message = 0] = await seedMessages(api.db, [{ from: owner.id, to: friend.id, text: 'secret-of-two' }]);
  await share(api, owner, friend, media.id);
  const { body: invitation } = await owner.call<GroupInvitation>('post', `/v1/groups/${group.id}/invites`, {
    approval: true,
  });
  await asking.call('post', `/v1/invites/${invitation.code}/join`, {});
  const { body: sessions } = await owner.get<Items>('/v1/sessions');
  const account = await api.db.selectFrom('users').select('username').where('id', '=', owner.id).executeTakeFirst();
  return {
    people: { owner, friend, member, admin, blocked, other },
    addable: addable.id,
    second: second.id,
    username: account?.username ?? '',
    request: requests.items[0]?.id ?? 0,
    session: sessions.items[0]?.id ?? '',
    group: group.id,
    heading: heading.body.id,
    media: media.id,
    message,
    invitation: invitation.id,
    code: invitation.code ?? '',
    asking: asking.id,
    upload: placeOf(await uploader.create(9)),
  };
}

/** Returns the credentials of a role: an access token, an API key, or none. */
export function tokenOf(world: World, role: Role): string | undefined {
  if (role === 'nobody') return undefined;
  return role === 'key' ? apiKey : world.people[role].session.accessToken;
}

export { password };

export interface World {
  people: Record<Exclude<Role, 'nobody' | 'key'>, Person>;
  /** Id of a user who is a friend of the owner and the admin, but not in the group. */
  addable: number;
  /** Id of a second member of the group without a role. */
  second: number;
  /** The owner's. */
  username: string;
  /** Id of a friend request that the owner received. */
  request: number;
  /** The owner's. */
  session: string;
  group: number;
  /** Id of a friend group of the owner. */
  heading: number;
  /** Id and code of an invitation link to the group. Users who join with it need approval. */
  invitation: number;
  code: string;
  /** Id of a user who has requested to join the group. */
  asking: number;
  /** Id of a picture that the owner sent to the friend. */
  media: number;
  /** Id of a message that the owner sent to the friend. */
  message: number;
  /** Path of an upload that the owner has begun. */
  upload: string;
}

type Persons = [Person, Person, Person, Person, Person, Person, Person, Person, Person];

interface Items {
  items: { id: number & string }[];
}
