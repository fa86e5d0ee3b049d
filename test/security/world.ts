import type { Group, GroupInvitation } from '@parley/protocol';
import { seedMessages } from '../../services/api/test/seed.ts';
import { apiKey, type Product } from '../../services/api/test/server-api.ts';
import { share } from '../../services/api/test/share.ts';
import { type Person, password } from '../../services/api/test/test-api.ts';
import { picture, placeOf, Uploader } from '../../services/api/test/upload.ts';

/** Roles relative to the owner of a group and of all private data of a world. */
export const roles = ['nobody', 'key', 'other', 'blocked', 'friend', 'member', 'admin', 'owner'] as const;

export type Role = (typeof roles)[number];

/** Marker words in private data -> the roles that may see them. */
export const secrets: Record<string, readonly Role[]> = {
  'secret-of-two': ['friend', 'owner'],
  'secret-of-group': ['key', 'member', 'admin', 'owner'],
  'secret-of-owner': ['owner'],
};

/** Creates an owner with one object of each kind, and a user for each role. */
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

/** Returns the credentials of a role: a token, a key, or none. */
export function tokenOf(world: World, role: Role): string | undefined {
  if (role === 'nobody') return undefined;
  return role === 'key' ? apiKey : world.people[role].session.accessToken;
}

export { password };

export interface World {
  people: Record<Exclude<Role, 'nobody' | 'key'>, Person>;
  /** A friend of the owner and of the admin who is not in the group. */
  addable: number;
  /** Another plain member of the group. */
  second: number;
  /** The owner's. */
  username: string;
  /** A user who sent the owner a friend request. */
  request: number;
  /** The owner's. */
  session: string;
  group: number;
  /** A friend group of the owner. */
  heading: number;
  /** An invitation link to the group that requires approval, and its code. */
  invitation: number;
  code: string;
  /** A user who has requested to join the group. */
  asking: number;
  /** A picture that the owner sent to the friend. */
  media: number;
  /** A message of the owner to the friend. */
  message: number;
  /** The path of an upload that the owner has begun. */
  upload: string;
}

type Persons = [Person, Person, Person, Person, Person, Person, Person, Person, Person];

interface Items {
  items: { id: number & string }[];
}
