import { parseConversation } from '@parley/protocol';

/**
 * Every key and channel name. All that belongs to a user or group carries its bucket, `id mod buckets`, as the Redis
 * Cluster hash tag, so one script can touch all of it.
 */
export interface Keys {
  /** How many buckets there are; must be the same in every process, for good. */
  readonly buckets: number;
  bucket(id: number): number;
  /** The bucket that numbers a conversation's messages: that of the smaller user id, or of the group. */
  home(conversation: string): number;
  /** Sorted set: `<sender>:<ref>` scored by message id, the last 64. */
  conversation(conversation: string): string;
  /** Hash: bucket -> the last message of a group's conversation that was accepted for members there. */
  reach(conversation: string): string;
  /** String: the last message of a conversation that arrived in a bucket that is not its home. */
  arrived(bucket: number, conversation: string): string;
  /** Hash: messages accepted in a bucket, and changes recorded there, that other buckets are still to be told of. */
  forwards(bucket: number): string;
  /** The bucket of a text, such as an address. */
  spread(text: string): number;
  /** Stream: a user's events. */
  inbox(user: number): string;
  /** Hash: device -> last acknowledged cursor. */
  cursors(user: number): string;
  /** Sorted set: `<conversation>:<message id>` scored by the id, of messages that were taken back while the inbox may hold their text. */
  recalled(user: number): string;
  /** String: what the recorder found out about a message of a user's chat. */
  facts(user: number, chat: number, id: number): string;
  /** Shard channel: the frames for a user's sockets, and control words for their gateways. */
  user(user: number): string;
  /** Shard channel: presence frames about a user, for those who watch. */
  presence(user: number): string;
  /** Hash: gateway -> number of connections. */
  online(user: number): string;
  /** String: ms since 1970 at which the last connection closed. */
  seen(user: number): string;
  /** String: number and session of a user's newest connection. */
  fence(user: number): string;
  /** String: kind and version of the permit copy of a user or group; missing means the copy is missing. */
  copy(id: number): string;
  /** Set: who may write to this user under `SEND_POLICY=friends`. */
  contacts(user: number): string;
  /** Set: who may not write to this user. */
  blocks(user: number): string;
  /** Set: members of a group. */
  members(group: number): string;
  /** Hash: name and avatar of a user, for those who show them without asking the api. */
  profile(user: number): string;
  /** String: the user with an external id, or `nobody`. */
  external(external: string): string;
  /** Sorted set: session -> end of its last access token. */
  revoked(user: number): string;
  /** String: a rate bucket for a user id or for text such as an address. */
  rate(what: string, subject: number | string): string;
  /** String: which request writes to an upload. */
  upload(media: number): string;
  /** Sorted set: event id -> when a webhook endpoint is to be told of it. */
  webhook(endpoint: string): string;
  /** Hash: event id -> failed attempts and the event, of all in that set. */
  webhookEvents(endpoint: string): string;
  /** Sorted set: event id -> when it was given up. */
  webhookDead(endpoint: string): string;
  /** Hash: event id -> the event and why, of all in that set. */
  webhookDeadEvents(endpoint: string): string;
  /** Hash: which server has a bucket, and since when it is in the place of another; of one server for all of them. */
  server(bucket: number): string;
  /** String: replicas that have what is written here have all that was written before. */
  confirm(bucket: number): string;
  /** Stream: what the recorder has to write. */
  record(bucket: number): string;
  /** Stream: requests of gateways for copies that Redis lacks, answered by the recorder. */
  requests(bucket: number): string;
  /** Stream: record entries that could not be written. */
  recordDead(bucket: number): string;
  /** String: identity and progress of the installation, as this bucket's server has them. */
  mark(bucket: number): string;
  /** String: whether Redis and PostgreSQL belong together, as the last process that compared them found. */
  readonly stores: string;
  /** String: which recorder holds a bucket. */
  lease(bucket: number): string;
  /** Shard channel: a gateway's delivery probes. */
  probe(bucket: number, gateway: string): string;
  /** Sorted set: gateway -> last heartbeat. */
  readonly gateways: string;
  /** String: somebody says of the users of this killed gateway that they are not connected there. */
  forgetting(gateway: string): string;
  /** Sorted set: recorder -> last heartbeat. */
  readonly recorders: string;
}

/** The names for a number of buckets (1 to 16384). */
export function createKeys(buckets: number): Keys {
  const of = (id: number) => `{${id % buckets}}:`;
  return {
    buckets,
    bucket: (id) => id % buckets,
    home: (conversation) => homeOf(conversation) % buckets,
    conversation: (conversation) => `${of(homeOf(conversation))}conv:${conversation}`,
    reach: (conversation) => `${of(homeOf(conversation))}reach:${conversation}`,
    arrived: (bucket, conversation) => `{${bucket}}:arrived:${conversation}`,
    forwards: (bucket) => `{${bucket}}:forwards`,
    spread: (text) => spread(text) % buckets,
    inbox: (user) => `${of(user)}inbox:${user}`,
    cursors: (user) => `${of(user)}cursors:${user}`,
    recalled: (user) => `${of(user)}recalled:${user}`,
    facts: (user, chat, id) => `${of(user)}facts:${user}:${chat}:${id}`,
    user: (user) => `${of(user)}user:${user}`,
    presence: (user) => `${of(user)}presence:${user}`,
    online: (user) => `${of(user)}online:${user}`,
    seen: (user) => `${of(user)}seen:${user}`,
    fence: (user) => `${of(user)}fence:${user}`,
    copy: (id) => `${of(id)}copy:${id}`,
    contacts: (user) => `${of(user)}contacts:${user}`,
    blocks: (user) => `${of(user)}blocks:${user}`,
    members: (group) => `${of(group)}members:${group}`,
    profile: (user) => `${of(user)}profile:${user}`,
    external: (external) => `${of(spread(external))}external:${external}`,
    revoked: (user) => `${of(user)}revoked:${user}`,
    rate: (what, subject) => `${of(typeof subject === 'number' ? subject : spread(subject))}rate:${what}:${subject}`,
    upload: (media) => `${of(media)}upload:${media}`,
    webhook: (endpoint) => `${of(spread(endpoint))}webhook:${endpoint}`,
    webhookEvents: (endpoint) => `${of(spread(endpoint))}webhook-events:${endpoint}`,
    webhookDead: (endpoint) => `${of(spread(endpoint))}webhook-dead:${endpoint}`,
    webhookDeadEvents: (endpoint) => `${of(spread(endpoint))}webhook-dead-events:${endpoint}`,
    server: (bucket) => `{${bucket}}:server`,
    confirm: (bucket) => `{${bucket}}:confirm`,
    record: (bucket) => `{${bucket}}:record`,
    requests: (bucket) => `{${bucket}}:requests`,
    recordDead: (bucket) => `{${bucket}}:record-dead`,
    mark: (bucket) => `{${bucket}}:mark`,
    stores: 'stores',
    lease: (bucket) => `{${bucket}}:lease`,
    probe: (bucket, gateway) => `{${bucket}}:probe:${gateway}`,
    gateways: 'gateways',
    forgetting: (gateway) => `forgetting:${gateway}`,
    recorders: 'recorders',
  };
}

function homeOf(conversation: string): number {
  const parsed = parseConversation(conversation);
  if (!parsed) throw new TypeError(`No conversation: ${conversation}`);
  return parsed.type === 'users' ? parsed.users[0] : parsed.group;
}

/** FNV-1a, 32 bits: spreads texts over the buckets evenly. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
