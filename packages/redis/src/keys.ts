import { parseConversation } from '@parley/protocol';

/**
 * Every key and channel name. A key of a user or group carries its bucket, `id mod buckets`, as
 * hash tag of the Redis Cluster, so that one script can reach all of them.
 */
export interface Keys {
  /** Number of hash buckets. The same in every process. Cannot be changed after the first start. */
  readonly buckets: number;
  bucket(id: number): number;
  /**
   * The bucket that numbers a conversation's messages: that of the smaller user id, or of the
   * group.
   */
  home(conversation: string): number;
  /** Sorted set: `<sender>:<ref>` scored by message id, for `REF_WINDOW`. */
  conversation(conversation: string): string;
  /** Hash: bucket -> id of the last message of a group that has recipients in the bucket. */
  reach(conversation: string): string;
  /** String: the last message of a conversation that arrived in a bucket other than its home. */
  arrived(bucket: number, conversation: string): string;
  /** Hash: messages and mutations that other buckets have not confirmed yet. */
  forwards(bucket: number): string;
  /** String: the version of the last mutation that other buckets got from this one. */
  changes(bucket: number): string;
  /** Returns the bucket of a text, such as an address. */
  spread(text: string): number;
  /** Stream: a user's events. */
  inbox(user: number): string;
  /** Hash: device -> last acknowledged cursor. */
  cursors(user: number): string;
  /**
   * Hash: events of an inbox other than messages. Scripts derive its key from that of the inbox.
   */
  index(user: number): string;
  /** Hash: group that a user has left -> when they left. Kept for a day. */
  left(user: number): string;
  /**
   * Sorted set: `<conversation>:<message id>` scored by the id, of recalled messages whose text may
   * still be in the inbox.
   */
  recalled(user: number): string;
  /** String: the facts about a message of a user's chat that the recorder looked up. */
  facts(user: number, chat: number, id: number): string;
  /**
   * Hash: ref name -> message id, of the messages of a sender that PostgreSQL holds. Copied after
   * Redis lost the refs of a conversation.
   */
  recordedRefs(conversation: string, sender: number): string;
  /**
   * Hash: sender, characters, time limit and further facts of a streamed message that is not
   * complete.
   */
  stream(conversation: string, id: number): string;
  /** List: the texts of a streamed message, first its start, then each append, as JSON texts. */
  streamTexts(conversation: string, id: number): string;
  /** Sorted set: `<conversation>:<message id>` -> Unix ms at which the stream ends by itself. */
  streams(bucket: number): string;
  /** Sorted set: open streams of a user, scored by the Unix ms until which each may stay open. */
  openStreams(user: number): string;
  /**
   * Set: ids of the pinned messages of a conversation, and one member that is not an id. Missing:
   * the pins are not copied from PostgreSQL.
   */
  pins(conversation: string): string;
  /** Shard channel: frames for a user's sockets, and control messages for their gateways. */
  user(user: number): string;
  /** Shard channel: presence frames about a user, for watchers. */
  presence(user: number): string;
  /** Hash: gateway -> number of connections. */
  online(user: number): string;
  /** String, part of the permit copy: exists if the user hides their presence from some users. */
  hidden(user: number): string;
  /** Hash: gateway -> ids of the chats that the user is looking at there, separated by commas. */
  focus(user: number): string;
  /** String: Unix ms at which the last connection closed. */
  seen(user: number): string;
  /** String: number and session of a user's newest connection. */
  fence(user: number): string;
  /**
   * String: kind and version of the permit copy of a user or group. Without it there is no copy.
   */
  copy(id: number): string;
  /**
   * String: the permit fence of two users, a number that grows when a permit between them ends.
   * Kept for a day.
   */
  permitFence(conversation: string): string;
  /** Set: users who may write to this user under `SEND_POLICY=friends`. */
  contacts(user: number): string;
  /** Set: users who may not write to this user. */
  blocks(user: number): string;
  /** Set: members of a group. */
  members(group: number): string;
  /**
   * Hash: muted members of a group, and until when, in Unix ms. With slow mode, also its seconds
   * and the members who are exempt (see `readRestrictions`). Missing if there is neither.
   */
  restrictions(group: number): string;
  /**
   * Sorted set: member -> Unix ms of their last message to a group with slow mode. Kept for a day.
   */
  slow(group: number): string;
  /** Hash: name and avatar of a user, for gateways, which cannot query the api. */
  profile(user: number): string;
  /** String: the user with an external id, or `nobody`. */
  external(external: string): string;
  /** Sorted set: session -> end of its last access token. */
  revoked(user: number): string;
  /** String: a rate bucket of a user id or of a text such as an address. */
  rate(what: string, subject: number | string): string;
  /** String: the request that writes to an upload. */
  upload(media: number): string;
  /** Sorted set: event id -> Unix ms at which a webhook endpoint is due to receive it. */
  webhook(endpoint: string): string;
  /** Hash: event id -> failed attempts and the event, for every id in that set. */
  webhookEvents(endpoint: string): string;
  /** Sorted set: event id -> Unix ms at which it failed permanently. */
  webhookDead(endpoint: string): string;
  /** Hash: event id -> the event and the reason, for every id in that set. */
  webhookDeadEvents(endpoint: string): string;
  /** Set: users whose phones may show a number because of a push notification. */
  readonly pushBadges: string;
  /**
   * Hash: the run of the server that has a bucket, and the bucket's generation. On one server,
   * bucket 0 stands for all.
   */
  server(bucket: number): string;
  /** String that is written after other writes: a replica that has it has those writes too. */
  confirm(bucket: number): string;
  /** String: the last epoch that a new inbox of a bucket got. */
  issued(bucket: number): string;
  /** Stream: record entries for the recorder. */
  record(bucket: number): string;
  /** String: the first request with an idempotency key, and its response. */
  request(name: string): string;
  /** Stream: gateways' requests for copies that Redis lacks. The recorder handles them. */
  requests(bucket: number): string;
  /** Stream: record entries that PostgreSQL rejects. */
  recordDead(bucket: number): string;
  /** String: identity and progress of the installation, as this bucket's server stores them. */
  mark(bucket: number): string;
  /**
   * String: whether Redis and PostgreSQL belong together, as the last process that compared them
   * found.
   */
  readonly stores: string;
  /** String: the key that signs addresses of LayIM files. */
  readonly layim: string;
  /** Hash: store -> Unix seconds of its last backup, as the operator noted it. */
  readonly backups: string;
  /** String: set for a day after Redis lost refs that PostgreSQL may hold. */
  readonly refsLost: string;
  /** String: the recorder that leases a bucket. */
  lease(bucket: number): string;
  /** Shard channel: a gateway's delivery probes. */
  probe(bucket: number, gateway: string): string;
  /** Sorted set: gateway -> last heartbeat. */
  readonly gateways: string;
  /** String: lock of the process that removes the connections of a killed gateway. */
  forgetting(gateway: string): string;
  /** Sorted set: recorder -> last heartbeat. */
  readonly recorders: string;
  /** Sorted set: process -> last heartbeat. */
  readonly processes: string;
  /** Hash: process -> JSON text of the settings that all processes share. */
  readonly processSettings: string;
  /** Hash: settings that the data depends on. */
  readonly fixedSettings: string;
}

/** Creates the names for a number of buckets, 1 to 16384. */
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
    changes: (bucket) => `{${bucket}}:changes`,
    spread: (text) => spread(text) % buckets,
    inbox: (user) => `${of(user)}inbox:${user}`,
    index: (user) => `${of(user)}inbox:${user}:index`,
    cursors: (user) => `${of(user)}cursors:${user}`,
    recalled: (user) => `${of(user)}recalled:${user}`,
    facts: (user, chat, id) => `${of(user)}facts:${user}:${chat}:${id}`,
    recordedRefs: (conversation, sender) => `${of(homeOf(conversation))}refs:${conversation}:${sender}`,
    stream: (conversation, id) => `${of(homeOf(conversation))}stream:${conversation}:${id}`,
    streamTexts: (conversation, id) => `${of(homeOf(conversation))}stream-texts:${conversation}:${id}`,
    streams: (bucket) => `{${bucket}}:streams`,
    pins: (conversation) => `${of(homeOf(conversation))}pins:${conversation}`,
    openStreams: (user) => `${of(user)}open-streams:${user}`,
    user: (user) => `${of(user)}user:${user}`,
    presence: (user) => `${of(user)}presence:${user}`,
    online: (user) => `${of(user)}online:${user}`,
    hidden: (user) => `${of(user)}hidden:${user}`,
    focus: (user) => `${of(user)}focus:${user}`,
    seen: (user) => `${of(user)}seen:${user}`,
    fence: (user) => `${of(user)}fence:${user}`,
    permitFence: (conversation) => `${of(homeOf(conversation))}permit-fence:${conversation}`,
    copy: (id) => `${of(id)}copy:${id}`,
    contacts: (user) => `${of(user)}contacts:${user}`,
    blocks: (user) => `${of(user)}blocks:${user}`,
    left: (user) => `${of(user)}left:${user}`,
    members: (group) => `${of(group)}members:${group}`,
    restrictions: (group) => `${of(group)}mutes:${group}`,
    slow: (group) => `${of(group)}slow:g${group}`,
    profile: (user) => `${of(user)}profile:${user}`,
    external: (external) => `${of(spread(external))}external:${external}`,
    revoked: (user) => `${of(user)}revoked:${user}`,
    rate: (what, subject) => `${of(typeof subject === 'number' ? subject : spread(subject))}rate:${what}:${subject}`,
    request: (name) => `${of(spread(name))}request:${name}`,
    upload: (media) => `${of(media)}upload:${media}`,
    webhook: (endpoint) => `${of(spread(endpoint))}webhook:${endpoint}`,
    webhookEvents: (endpoint) => `${of(spread(endpoint))}webhook-events:${endpoint}`,
    webhookDead: (endpoint) => `${of(spread(endpoint))}webhook-dead:${endpoint}`,
    webhookDeadEvents: (endpoint) => `${of(spread(endpoint))}webhook-dead-events:${endpoint}`,
    pushBadges: '{0}:push-badges',
    server: (bucket) => `{${bucket}}:server`,
    issued: (bucket) => `{${bucket}}:issued`,
    confirm: (bucket) => `{${bucket}}:confirm`,
    record: (bucket) => `{${bucket}}:record`,
    requests: (bucket) => `{${bucket}}:requests`,
    recordDead: (bucket) => `{${bucket}}:record-dead`,
    mark: (bucket) => `{${bucket}}:mark`,
    stores: 'stores',
    layim: 'layim',
    backups: 'backups',
    refsLost: 'refs-lost',
    lease: (bucket) => `{${bucket}}:lease`,
    probe: (bucket, gateway) => `{${bucket}}:probe:${gateway}`,
    gateways: 'gateways',
    forgetting: (gateway) => `forgetting:${gateway}`,
    recorders: 'recorders',
    processes: '{0}:processes',
    processSettings: '{0}:process-settings',
    fixedSettings: '{0}:fixed-settings',
  };
}

function homeOf(conversation: string): number {
  const parsed = parseConversation(conversation);
  if (!parsed) throw new TypeError(`No conversation: ${conversation}`);
  return parsed.type === 'users' ? parsed.users[0] : parsed.group;
}

/** Returns the FNV-1a hash of a text (32 bits), which spreads texts evenly. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
