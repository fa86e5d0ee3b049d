import { password, type Role, roles, type World } from './world.ts';

/**
 * Expected status of every operation of the api for each role. Operations of LayIM have the status
 * in the response body.
 */
export const table: readonly Row[] = [
  // Operations on accounts and sessions.
  row('post /v1/users', all(201), ({ world, role }) => ({
    body: { username: `new-${world.group}-${role}`, password },
  })),
  row('get /v1/users', person(200), ({ world }) => ({ query: `q=${world.username}` })),
  row('get /v1/users/{id}', person(200), owner),
  row('post /v1/sessions', all(201), ({ world }) => ({ body: { username: world.username, password } })),
  row('post /v1/sessions/refresh', all(401), () => ({ body: { refreshToken: 'made up' } })),
  row('get /v1/sessions', person(200)),
  row('delete /v1/sessions/current', person(204)),
  row('delete /v1/sessions/{id}', theOwner(204), ({ world }) => ({ params: { id: world.session } })),
  row('get /v1/me', person(200)),
  row('patch /v1/me', person(200), () => ({ body: { name: 'Somebody' } })),
  row('delete /v1/me', person(200), () => ({ body: { password } })),
  row('get /v1/info', all(200)),
  row('get /v1/me/account', person(200)),
  row('put /v1/me/password', person(403), () => ({ body: { current: 'not the password', password } })),
  // Setting an e-mail address gets 409, because e-mail is disabled in this test.
  row('put /v1/me/email', person(409), () => ({ body: { email: 'somebody@mail.example', password } })),
  row('delete /v1/me/email', person(204), () => ({ body: { password } })),
  row('post /v1/me/totp', person(201), () => ({ body: { password } })),
  row('put /v1/me/totp', person(403), () => ({ body: { code: '000000' } })),
  row('delete /v1/me/totp', person(409), () => ({ body: { password, code: '000000' } })),
  row('post /v1/password-resets', all(202), ({ world }) => ({ body: { username: world.username } })),
  row('put /v1/password-resets/{token}', all(404), () => ({ params: { token: 'A'.repeat(43) }, body: { password } })),
  row('put /v1/email-confirmations/{token}', all(404), () => ({ params: { token: 'A'.repeat(43) } })),
  row('get /v1/me/export', person(200)),
  row('get /v1/search', person(200), () => ({ query: 'q=secret' })),

  // Friends
  row('post /v1/friend-requests', [401, 401, 201, 403, 409, 409, 409, 409], ({ world }) => ({
    body: { to: world.people.owner.id },
  })),
  row('get /v1/friend-requests', person(200)),
  row('post /v1/friend-requests/{id}/accept', theOwner(200), request),
  row('post /v1/friend-requests/{id}/decline', theOwner(200), request),
  row('get /v1/friends', person(200)),
  row('patch /v1/friends/{id}', theOwner(200), (asked) => ({ ...friend(asked), body: { remark: 'x' } })),
  row('delete /v1/friends/{id}', theOwner(204), friend),
  row('get /v1/friend-groups', person(200)),
  row('post /v1/friend-groups', person(201), () => ({ body: { name: 'Work' } })),
  row('patch /v1/friend-groups/{id}', theOwner(200), (asked) => ({ ...heading(asked), body: { name: 'x' } })),
  row('delete /v1/friend-groups/{id}', theOwner(204), heading),
  row('get /v1/blocks', person(200)),
  row('put /v1/blocks/{id}', person(200), ({ world }) => ({ params: { id: world.addable } })),
  row('delete /v1/blocks/{id}', person(204), ({ world }) => ({ params: { id: world.addable } })),
  row('post /v1/reports', [401, 401, 201, 201, 201, 201, 201, 409], ({ world }) => ({
    body: { user: world.people.owner.id, reason: 'spam' },
  })),

  // Chats
  row('get /v1/chats', person(200)),
  row('put /v1/chats/{id}', members(200), group),
  row('patch /v1/chats/{id}', members(200), (asked) => ({ ...group(asked), body: { pinned: true } })),
  row('delete /v1/chats/{id}/draft', members(204), group),
  row('put /v1/chats/{id}/draft', members(200), (asked) => ({ ...group(asked), body: { text: 'unsent' } })),
  row('delete /v1/chats/{id}', members(204), group),
  row('get /v1/chats/{id}/pins', members(200), group),
  row('get /v1/chats/{id}/messages', members(200), group),
  row('get /v1/chats/{id}/messages', person(200), owner),
  row('get /v1/chats/{id}/messages/{message}/readers', theOwner(200), message),
  row('get /v1/chats/{id}/messages/{message}/link-preview', theOwner(200), message),

  // Media
  row('post /v1/media', person(201), () => ({ headers: { 'tus-resumable': '1.0.0', 'upload-length': '3' } })),
  row('head /v1/media/uploads/{id}', theOwner(200), upload),
  row('patch /v1/media/uploads/{id}', theOwner(204), (asked) => ({
    ...upload(asked),
    bytes: 'abc',
  })),
  row('delete /v1/media/uploads/{id}', theOwner(204), upload),
  row('get /v1/media/{id}', theTwo(200), media),
  row('get /v1/media/{id}/thumbnail', theTwo(200), media),
  row('get /v1/media/{id}/info', theTwo(200), media),
  row('get /v1/media/{id}/url', theTwo(200), media),

  // Operations on push. Most get 404, because this server has no keys for push services.
  row('get /v1/push/devices', person(200)),
  row('post /v1/push/devices', person(404), () => ({ body: { kind: 'fcm', token: 'A'.repeat(140) } })),
  row('delete /v1/push/devices', person(404), () => ({ body: { kind: 'apns', token: 'ab'.repeat(32) } })),
  row('get /v1/push', person(404)),
  row('put /v1/push/subscriptions', person(404), () => ({
    body: { endpoint: 'https://push.example.org/1', keys: { p256dh: `B${'A'.repeat(86)}`, auth: 'A'.repeat(22) } },
  })),
  row('delete /v1/push/subscriptions', person(404), () => ({ body: { endpoint: 'https://push.example.org/2' } })),

  // Groups
  row('post /v1/groups', person(201), ({ world, role }) => ({ body: { name: `${role} ${world.group}`, members: [] } })),
  row('get /v1/groups', person(200)),
  row('get /v1/groups/{id}', members(200), group),
  row('patch /v1/groups/{id}', admins(200), (asked) => ({ ...group(asked), body: { history: 'all' } })),
  row('delete /v1/groups/{id}', ofGroup(403, 403, 204), group),
  row('get /v1/groups/{id}/members', members(200), group),
  row('put /v1/groups/{id}/members/{user}', admins(200), ({ world }) => ({
    params: { id: world.group, user: world.addable },
  })),
  row('patch /v1/groups/{id}/members/{user}', ofGroup(403, 403, 200), (asked) => ({
    ...membership(asked),
    body: { role: 'admin' },
  })),
  { ...row('delete /v1/groups/{id}/members/{user}', admins(204), membership), changes: 'once' },
  row('get /v1/groups/{id}/bans', admins(200), group),
  { ...row('put /v1/groups/{id}/bans/{user}', admins(200), membership), changes: 'once' },
  row('delete /v1/groups/{id}/bans/{user}', admins(204), membership),
  row('put /v1/groups/{id}/mutes/{user}', admins(200), (asked) => ({ ...membership(asked), body: { until: 0 } })),
  row('delete /v1/groups/{id}/mutes/{user}', admins(204), membership),
  row('post /v1/groups/{id}/invites', admins(201), (asked) => ({ ...group(asked), body: {} })),
  row('get /v1/groups/{id}/invites', admins(200), group),
  row('delete /v1/groups/{id}/invites/{invitation}', admins(204), invitation),
  row('get /v1/groups/{id}/requests', admins(200), group),
  row('put /v1/groups/{id}/requests/{user}', admins(200), joinRequest),
  row('delete /v1/groups/{id}/requests/{user}', admins(204), joinRequest),
  row('get /v1/invites/{code}', all(200), invitation),
  row('get /v1/invites/{code}/avatar', all(404), invitation),
  row('post /v1/invites/{code}/join', person(200), (asked) => ({ ...invitation(asked), body: {} })),
  row('post /v1/groups/{id}/leave', ofGroup(204, 204, 409), group),

  // LayIM
  row('get /layim/init', person(200)),
  row('get /layim/members', members(200), ({ world }) => ({ query: `id=${world.group}` })),
  row('post /layim/upload/image', person(200), () => ({ file: 'a.png' })),
  row('post /layim/upload/file', person(200), () => ({ file: 'a.txt' })),
  row('get /layim/media/{id}/{seal}', all(404), ({ world }) => ({ params: { id: world.media, seal: 'made-up' } })),

  // Operations for the product's own server.
  row('put /v1/server/users/{user}', product(201), ({ world }) => ({
    params: { user: `u-${world.group}` },
    body: { name: 'New' },
  })),
  row('get /v1/server/users', product(200)),
  row('get /v1/server/users/{user}', product(200), users),
  row('get /v1/server/users/{user}/connections', product(200), users),
  row('delete /v1/server/users/{user}/connections', product(204), users),
  row('get /v1/server/users/{user}/export', product(200), users),
  row('get /v1/server/users/{user}/sessions', product(200), users),
  row('delete /v1/server/users/{user}/sessions/{session}', product(404), users),
  row('get /v1/server/users/{user}/push-devices', product(200), users),
  row('get /v1/server/users/{user}/chats', product(200), users),
  row('get /v1/server/users/{user}/chats/{chat}/messages', product(200), chatOfOwner),
  row('get /v1/server/users/{user}/chats/{chat}/messages/{message}', product(404), chatOfOwner),
  row('patch /v1/server/users/{user}/chats/{chat}/messages/{message}', product(404), (asked) => ({
    ...chatOfOwner(asked),
    body: { body: { type: 'text', text: 'x' } },
  })),
  row('delete /v1/server/users/{user}/chats/{chat}/messages/{message}', product(404), chatOfOwner),
  row('delete /v1/server/users/{user}', product(204), users),
  row('post /v1/server/users/{user}/reactivate', product(200), users),
  row('get /v1/server/users/{user}/chats/{chat}/retention', product(409), chatOfOwner),
  row('put /v1/server/users/{user}/chats/{chat}/retention', product(409), (asked) => ({
    ...chatOfOwner(asked),
    body: { retention: 7 },
  })),
  row('get /v1/server/users/{user}/inbox', product(200), users),
  row('get /v1/server/users/{user}/privacy', product(200), users),
  row('patch /v1/server/users/{user}/privacy', product(200), (asked) => ({ ...users(asked), body: { find: true } })),
  row('put /v1/server/users/{user}/friends/{friend}', product(200), users),
  row('delete /v1/server/users/{user}/friends/{friend}', product(204), users),
  row('put /v1/server/users/{user}/blocks/{blocked}', product(200), users),
  row('delete /v1/server/users/{user}/blocks/{blocked}', product(204), users),
  row('put /v1/server/groups/{group}', product(201), ({ world }) => ({
    params: { group: `g-${world.group}` },
    body: { name: `of the product ${world.group}`, owner: world.people.owner.id },
  })),
  row('get /v1/server/groups/{group}', product(200), users),
  row('delete /v1/server/groups/{group}', product(204), users),
  row('get /v1/server/groups/{group}/members', product(200), users),
  row('put /v1/server/groups/{group}/members/{user}', product(200), (asked) => ({ ...users(asked), body: {} })),
  row('delete /v1/server/groups/{group}/members/{user}', product(204), users),
  row('get /v1/server/groups/{group}/bans', product(200), users),
  row('put /v1/server/groups/{group}/bans/{user}', product(200), users),
  row('delete /v1/server/groups/{group}/bans/{user}', product(204), users),
  row('put /v1/server/groups/{group}/mutes/{user}', product(200), (asked) => ({ ...users(asked), body: { until: 0 } })),
  row('delete /v1/server/groups/{group}/mutes/{user}', product(204), users),
  row('post /v1/server/groups/{group}/invites', product(201), (asked) => ({ ...users(asked), body: {} })),
  row('get /v1/server/groups/{group}/invites', product(200), users),
  row('delete /v1/server/groups/{group}/invites/{invitation}', product(204), users),
  row('post /v1/server/messages', product(201), ({ world }) => ({
    body: { from: 'system', to: world.people.owner.id, ref: `r-${world.group}`, body: { type: 'text', text: 'hi' } },
  })),
  row('post /v1/server/tokens', product(201), ({ world }) => ({ body: { user: world.people.owner.id } })),
  row('post /v1/server/users/{user}/password-reset', product(201), users),
  row('delete /v1/server/users/{user}/totp', product(204), users),
  row('get /v1/server/invitations', product(200)),
  row('post /v1/server/invitations', product(201), () => ({ body: {} })),
  row('delete /v1/server/invitations/{code}', product(204), () => ({ params: { code: 'made-up' } })),
  row('get /v1/server/reports', product(200)),
  row('patch /v1/server/reports/{id}', product(404), () => ({ params: { id: 1 }, body: { state: 'closed' } })),
  row('get /v1/server/holds', product(200)),
  row('post /v1/server/holds', product(201), ({ world }) => ({
    body: { user: world.people.other.id, reason: 'case 7' },
  })),
  row('delete /v1/server/holds/{id}', product(404), () => ({ params: { id: 1 } })),
  row('get /v1/server/holds/{id}/messages', product(200), () => ({ params: { id: 1 } })),
  row('get /v1/server/removals', product(200)),
  row('get /v1/server/jobs', product(200)),
  row('get /v1/server/jobs/{id}', product(404), () => ({ params: { id: 1 } })),
  row('delete /v1/server/jobs/{id}', product(404), () => ({ params: { id: 1 } })),
  row('post /v1/server/imports', product(200), () => ({ body: {} })),
  row('get /v1/server/imports', product(200)),
  row('get /v1/server/imports/{id}', product(404), () => ({ params: { id: 1 } })),
  row('get /v1/server/webhooks', product(200)),
  row('get /v1/server/webhooks/dead', product(200), () => ({ query: 'endpoint=none' })),
  row('post /v1/server/webhooks/dead/{id}/replay', product(404), dead),
  row('delete /v1/server/webhooks/dead/{id}', product(404), dead),
];

function chatOfOwner({ world }: Asked): Request {
  return { params: { user: `~${world.people.owner.id}`, chat: world.group, message: 1 } };
}

function owner({ world }: Asked): Request {
  return { params: { id: world.people.owner.id } };
}

function message({ world }: Asked): Request {
  return { params: { id: world.people.friend.id, message: world.message } };
}

function request({ world }: Asked): Request {
  return { params: { id: world.request } };
}

function friend({ world }: Asked): Request {
  return { params: { id: world.people.friend.id } };
}

function heading({ world }: Asked): Request {
  return { params: { id: world.heading } };
}

function group({ world }: Asked): Request {
  return { params: { id: world.group } };
}

function membership({ world }: Asked): Request {
  return { params: { id: world.group, user: world.second } };
}

function invitation({ world }: Asked): Request {
  return { params: { id: world.group, invitation: world.invitation, code: world.code } };
}

function joinRequest({ world }: Asked): Request {
  return { params: { id: world.group, user: world.asking } };
}

function media({ world }: Asked): Request {
  return { params: { id: world.media } };
}

function upload({ world }: Asked): Request {
  return { params: { id: world.upload.split('/').at(-1) as string }, headers: { 'tus-resumable': '1.0.0' } };
}

function users({ world }: Asked): Request {
  const { other, member } = world.people;
  return {
    params: {
      ...{ user: `~${member.id}`, friend: `~${other.id}`, blocked: `~${other.id}`, group: `~${world.group}` },
      session: 'made-up',
      invitation: world.invitation,
    },
  };
}

function dead(): Request {
  return { params: { id: 'none:1-1' } };
}

function all(status: number): Statuses {
  return roles.map(() => status);
}

/** Statuses of an operation that every signed-in user can perform. */
function person(status: number): Statuses {
  return [401, 401, status, status, status, status, status, status];
}

/** 404 for others. */
function theOwner(status: number): Statuses {
  return [401, 401, 404, 404, 404, 404, 404, status];
}

function theTwo(status: number): Statuses {
  return [401, 401, 404, 404, status, 404, 404, status];
}

/**
 * Statuses of an operation on a group: for a member, an admin and the owner. Other users get 404.
 */
function ofGroup(member: number, admin: number, owner: number): Statuses {
  return [401, 401, 404, 404, 404, member, admin, owner];
}

function members(status: number): Statuses {
  return ofGroup(status, status, status);
}

function admins(status: number): Statuses {
  return ofGroup(403, status, status);
}

function product(status: number): Statuses {
  return [401, status, 401, 401, 401, 401, 401, 401];
}

function row(route: string, statuses: Statuses, ask: Row['ask'] = () => ({})): Row {
  return {
    route,
    statuses,
    ask,
    changes: /^delete|accept|decline|join$|leave|^(put|patch).*(blocks|members|bans)/.test(route),
  };
}

/** One status for each role, in the order of `roles`. */
type Statuses = readonly number[];

export interface Row {
  /** Method and path of the operation, as in the OpenAPI document. */
  route: string;
  statuses: Statuses;
  ask(asked: Asked): Request;
  /**
   * Whether the request changes data that other rows use. `once`: it also changes data that the
   * next role uses.
   */
  changes: boolean | 'once';
}

export interface Asked {
  world: World;
  role: Role;
}

export interface Request {
  params?: Record<string, string | number>;
  query?: string;
  body?: object;
  headers?: Record<string, string>;
  /** Bytes that the request appends to an existing upload. */
  bytes?: string;
  /** Name of a file that the request sends in a form. */
  file?: string;
}
