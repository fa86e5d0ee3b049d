import { parseConversation } from '@parley/protocol';

/**
 * Names of all keys and channels in Redis. The name of a user's or group's key contains a bucket,
 * `id mod buckets`, as the hash tag of the Redis Cluster, so that one script can access all keys of
 * the bucket.
 */
export interface Keys {
  /** Number of hash buckets, the same in every process. Cannot be changed after the first start. */
  readonly buckets: number;
  bucket(id: number): number;
  /**
   * Returns the home bucket of a conversation, which assigns the ids of its messages. It is the
   * bucket of the smaller user id or of the group.
   */
  home(conversation: string): number;
  /**
   * Redis sorted set of a conversation's refs: `<sender>:<ref>`, scored by message id. A ref stays
   * for `REF_WINDOW`.
   */
  conversation(conversation: string): string;
  /**
   * Redis hash for a group: bucket -> id of the last message that was sent to members in this
   * bucket.
   */
  reach(conversation: string): string;
  /**
   * Redis string: id of the last message of a conversation that arrived in this bucket, which is
   * not its home bucket.
   */
  arrived(bucket: number, conversation: string): string;
  /**
   * Redis hash: messages and mutations of this bucket that have not reached all other buckets yet.
   */
  forwards(bucket: number): string;
  /** Redis string: version of the last mutation that this bucket sent to other buckets. */
  changes(bucket: number): string;
  /** Returns the bucket of a string, such as an IP address. */
  spread(text: string): number;
  /** Redis stream: the inbox of a user, with their events. */
  inbox(user: number): string;
  /** Redis hash: device -> cursor up to which the device has acknowledged events. */
  cursors(user: number): string;
  /**
   * Redis hash: index of the events of an inbox that are not messages. Scripts derive this name
   * from that of the inbox.
   */
  index(user: number): string;
  /** Redis hash: group that the user has left -> when they left. Expires after a day. */
  left(user: number): string;
  /**
   * Redis sorted set of recalled messages whose text might still be in the inbox:
   * `<conversation>:<message id>`, scored by message id.
   */
  recalled(user: number): string;
  /**
   * Redis string: facts about a message of a user's chat, such as its sender, which the recorder
   * read from PostgreSQL.
   */
  facts(user: number, chat: number, id: number): string;
  /**
   * Redis hash with the refs of a sender's messages that PostgreSQL has: name of the ref -> message
   * id. The recorder copies them after Redis has lost the refs of a conversation.
   */
  recordedRefs(conversation: string, sender: number): string;
  /**
   * Redis hash: data about a streamed message that is not complete, such as its sender, number of
   * characters and time limit.
   */
  stream(conversation: string, id: number): string;
  /**
   * Redis list: the texts of a streamed message, as JSON texts: the text of its start, then that of
   * each append.
   */
  streamTexts(conversation: string, id: number): string;
  /**
   * Redis sorted set of streamed messages that are not complete: `<conversation>:<message id>`,
   * scored by the Unix ms at which the stream ends by itself.
   */
  streams(bucket: number): string;
  /**
   * Redis sorted set of the open streams of a user, scored by the Unix ms until which each can stay
   * open.
   */
  openStreams(user: number): string;
  /**
   * Redis set: ids of the pinned messages of a conversation, and one member that is not an id.
   * Missing if the pins are not copied from PostgreSQL.
   */
  pins(conversation: string): string;
  /**
   * Shard channel with frames for a user's connections, and control messages for their gateways.
   */
  user(user: number): string;
  /** Shard channel with presence frames about a user, for users who watch them. */
  presence(user: number): string;
  /** Redis hash: gateway -> number of the user's connections to it. */
  online(user: number): string;
  /**
   * Redis string that belongs to the permit copy. It exists if the user hides their presence from
   * some users.
   */
  hidden(user: number): string;
  /**
   * Redis hash: gateway -> comma-separated ids of the chats that the user is looking at over this
   * gateway.
   */
  focus(user: number): string;
  /** Redis string: Unix ms at which the user's last connection closed. */
  seen(user: number): string;
  /** Redis string: number and session of the user's newest connection. */
  fence(user: number): string;
  /**
   * Redis string: kind and version of the cached permits of a user or group. Without this key,
   * Redis has no copy of the permits.
   */
  copy(id: number): string;
  /**
   * Redis string: the permit fence of two users, a number that increases when one of them loses the
   * permission to write to the other. Expires after a day.
   */
  permitFence(conversation: string): string;
  /** Redis set of users who are allowed to write to this user under `SEND_POLICY=friends`. */
  contacts(user: number): string;
  /** Redis set of users who are not allowed to write to this user. */
  blocks(user: number): string;
  /** Redis set of the members of a group. */
  members(group: number): string;
  /**
   * Redis sorted set for a group that hides its earlier history: members, scored by the message id
   * up to which messages are hidden from each.
   */
  floors(group: number): string;
  /**
   * Redis hash: muted member of a group -> Unix ms at which the mute ends. With slow mode, also its
   * seconds and the exempt members (see `readRestrictions`). Missing if the group has neither.
   */
  restrictions(group: number): string;
  /**
   * Redis sorted set for a group with slow mode: members, scored by the Unix ms of their last
   * message. Expires after a day.
   */
  slow(group: number): string;
  /**
   * Redis hash: name and avatar of a user. Gateways read them here because they cannot query the
   * api.
   */
  profile(user: number): string;
  /** Redis string: id of the user with an external id, or `nobody`. */
  external(external: string): string;
  /**
   * Redis sorted set of a user's revoked sessions, scored by the end of each session's last access
   * token.
   */
  revoked(user: number): string;
  /**
   * Redis string: a token bucket for rate limits of a user, or of a string such as an IP address.
   */
  rate(what: string, subject: number | string): string;
  /**
   * Redis string: the request that is currently writing to an upload. Prevents concurrent writes.
   */
  upload(media: number): string;
  /**
   * Redis sorted set of the event ids queued for a webhook endpoint, scored by the Unix ms at which
   * each event is due.
   */
  webhook(endpoint: string): string;
  /**
   * Redis hash: event id -> number of failed attempts and the event, for every event in the queue
   * of an endpoint.
   */
  webhookEvents(endpoint: string): string;
  /**
   * Redis sorted set of the event ids that a webhook endpoint permanently failed to receive, scored
   * by the Unix ms of the failure.
   */
  webhookDead(endpoint: string): string;
  /** Redis hash: event id -> event and reason of its permanent failure. */
  webhookDeadEvents(endpoint: string): string;
  /**
   * Redis set of users whose phones might show a number on the app's icon because of a push
   * notification.
   */
  readonly pushBadges: string;
  /**
   * Redis hash: the run id of the server that stores a bucket, and the bucket's generation (a
   * number that grows when the server might have lost writes). Without a cluster, bucket 0 stands
   * for all.
   */
  server(bucket: number): string;
  /**
   * Redis string that is written after other writes, so that a replica that has it has the other
   * writes too.
   */
  confirm(bucket: number): string;
  /** Redis string: the last epoch that a new inbox of the bucket got. */
  issued(bucket: number): string;
  /** Redis stream of entries that the recorder writes to PostgreSQL. */
  record(bucket: number): string;
  /** Redis string: the first request with an idempotency key, and the response to it. */
  request(name: string): string;
  /**
   * Redis stream of requests from gateways and apis to the recorder, usually for copies that Redis
   * lacks.
   */
  requests(bucket: number): string;
  /** Redis stream of entries that the recorder could not write because PostgreSQL rejects them. */
  recordDead(bucket: number): string;
  /** Redis string: id and progress mark of the installation, as stored on this bucket's server. */
  mark(bucket: number): string;
  /**
   * Redis string: whether Redis and PostgreSQL belong together, according to the last process that
   * compared them.
   */
  readonly stores: string;
  /** Redis string: key that signs the addresses of LayIM files. */
  readonly layim: string;
  /** Redis hash: name of a store -> Unix seconds of its last backup, written by the operator. */
  readonly backups: string;
  /** Redis string that exists for a day after Redis has lost refs that PostgreSQL might have. */
  readonly refsLost: string;
  /** Redis string: the recorder that has the lease of a bucket. */
  lease(bucket: number): string;
  /** Shard channel of a gateway's probes, with which it checks that it receives messages. */
  probe(bucket: number, gateway: string): string;
  /** Redis sorted set of gateways, scored by their last heartbeat. */
  readonly gateways: string;
  /** Redis string: lock of the process that removes the connections of a killed gateway. */
  forgetting(gateway: string): string;
  /** Redis sorted set of recorders, scored by their last heartbeat. */
  readonly recorders: string;
  /** Redis sorted set of all processes, scored by their last heartbeat. */
  readonly processes: string;
  /** Redis hash: process -> JSON text of its settings that all processes must share. */
  readonly processSettings: string;
  /** Redis hash of settings that the data in Redis depends on. */
  readonly fixedSettings: string;
}

/**
 * Creates the names of all keys and channels. `buckets` is the number of hash buckets, from 1 to
 * 16384.
 */
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
    floors: (group) => `${of(group)}floors:${group}`,
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

/** Returns the 32-bit FNV-1a hash of a string, which distributes strings evenly. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
