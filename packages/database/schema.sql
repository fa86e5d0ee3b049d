CREATE OR REPLACE FUNCTION public.contains_media(body jsonb, what bigint)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$
    select body ->> 'media' = what::text
      or coalesce(body ->> 'text' ~ ('/layim/media/' || what || '([^0-9]|$)'), false)
  $function$
;
CREATE OR REPLACE FUNCTION public.next_principal_id()
 RETURNS bigint
 LANGUAGE sql
AS $function$ select (extract(epoch from clock_timestamp()) * 1000)::bigint * 1024 - 1735689600000 * 1024
          + nextval('principal_id_seq') % 1024 $function$
;
CREATE OR REPLACE FUNCTION public.notify_push_user()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  begin
    perform pg_notify('parley_push_user', new.user_id::text);
    return null;
  end
  $function$
;
CREATE OR REPLACE FUNCTION public.now_ms()
 RETURNS bigint
 LANGUAGE sql
 PARALLEL SAFE
RETURN ((EXTRACT(epoch FROM clock_timestamp()) * (1000)::numeric))::bigint
;
CREATE OR REPLACE FUNCTION public.preserve_message()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
  begin
    if exists (select from legal_holds where id in (old.owner_id, old.peer_id, old.sender_id)) then
      insert into preserved_messages (
        owner_id, peer_id, message_id, sender_id, reply_to, edited, body, custom, mentions, media_id, cause)
      values (
        old.owner_id, old.peer_id, old.id, old.sender_id, old.reply_to, old.edited, old.body, old.custom, old.mentions,
        coalesce(
          substring(old.body ->> 'media' from '^[0-9]{1,16}$'),
          substring(old.body ->> 'text' from '/layim/media/([0-9]{1,16})'))::bigint,
        case tg_op when 'DELETE' then 'deleted' else 'changed' end);
    end if;
    return null;
  end
  $function$
;
CREATE OR REPLACE FUNCTION public.sees_media(who bigint, what bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
    select exists (select from media where id = what and owner_id = who)
      or exists (
        select from media_shares s
        join messages e on e.owner_id = s.owner_id and e.peer_id = s.peer_id and e.id = s.message_id
        left join chats c on c.owner_id = s.owner_id and c.peer_id = s.peer_id
        where s.owner_id = who and s.media_id = what and s.granted
          and contains_media(e.body, what) and e.id > coalesce(c.cleared_id, 0)
          and not exists (
            select from hidden_messages h where h.owner_id = who and h.peer_id = s.peer_id and h.id = e.id))
      or exists (
        select from group_members m
        join groups g on g.id = m.group_id and g.dissolved is null
        join media_shares s on s.owner_id = m.group_id and s.media_id = what and s.granted
        join messages e on e.owner_id = s.owner_id and e.peer_id = s.peer_id and e.id = s.message_id
        left join chats c on c.owner_id = m.user_id and c.peer_id = m.group_id
        where m.user_id = who and contains_media(e.body, what)
          and e.id > greatest(case when g.history = 'all' then 0 else m.joined_id end, coalesce(c.cleared_id, 0))
          and not exists (
            select from hidden_messages h where h.owner_id = who and h.peer_id = m.group_id and h.id = e.id))
  $function$
;
CREATE OR REPLACE FUNCTION public.undo_statement()
 RETURNS void
 LANGUAGE plpgsql
AS $function$ begin raise exception 'undone: to be written step by step' using errcode = 'PA001'; end $function$
;

create sequence principal_id_seq start with 100001;

create table account_tokens (
  hash text not null,
  user_id bigint not null,
  purpose text not null,
  email text,
  created bigint not null default now_ms(),
  expires bigint not null,
  constraint account_tokens_pkey PRIMARY KEY (hash),
  constraint account_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint account_tokens_purpose_check CHECK ((purpose = ANY (ARRAY['password'::text, 'email'::text])))
);

create table blocks (
  user_id bigint not null,
  blocked_id bigint not null,
  date bigint not null default now_ms(),
  constraint blocks_pkey PRIMARY KEY (user_id, blocked_id),
  constraint blocks_blocked_id_fkey FOREIGN KEY (blocked_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint blocks_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint blocks_check CHECK ((user_id <> blocked_id))
);

create table chat_retentions (
  low_id bigint not null,
  high_id bigint not null,
  days integer not null,
  constraint chat_retentions_pkey PRIMARY KEY (low_id, high_id),
  constraint chat_retentions_check CHECK ((high_id > low_id)),
  constraint chat_retentions_days_check CHECK (((days >= 0) AND (days <= 36500)))
);

create table chats (
  owner_id bigint not null,
  peer_id bigint not null,
  unread integer not null default 0,
  is_group boolean not null default false,
  pinned boolean not null default false,
  muted boolean not null default false,
  hidden boolean not null default false,
  early boolean not null default false,
  read_id bigint not null default 0,
  delivered_id bigint not null default 0,
  peer_read_id bigint not null default 0,
  peer_delivered_id bigint not null default 0,
  cleared_id bigint not null default 0,
  run_id bigint not null default 0,
  updated bigint not null default now_ms(),
  last_id bigint not null default 0,
  last_sender bigint,
  last_edited bigint,
  last_recalled bigint,
  last_body jsonb,
  custom jsonb,
  archived boolean not null default false,
  archived_id bigint not null default 0,
  mentions_only boolean not null default false,
  constraint chats_pkey PRIMARY KEY (owner_id, peer_id)
) partition by HASH (owner_id);

create table drafts (
  owner_id bigint not null,
  peer_id bigint not null,
  text text not null,
  reply_to bigint,
  mentions bigint[],
  updated bigint not null default now_ms(),
  constraint drafts_pkey PRIMARY KEY (owner_id, peer_id),
  constraint drafts_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id) ON DELETE CASCADE
);

create table early_changes (
  owner_id bigint not null,
  peer_id bigint not null,
  id bigint not null,
  user_id bigint not null,
  kind text not null,
  emoji text not null default ''::text,
  active boolean,
  date bigint not null,
  body jsonb,
  custom jsonb,
  constraint early_changes_pkey PRIMARY KEY (owner_id, peer_id, id, user_id, kind, emoji),
  constraint early_changes_kind_check CHECK ((kind = ANY (ARRAY['recall'::text, 'edit'::text, 'react'::text])))
);

create table friend_groups (
  id bigint not null default next_principal_id(),
  user_id bigint not null,
  name text not null,
  position integer not null default 0,
  constraint friend_groups_pkey PRIMARY KEY (id),
  constraint friend_groups_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table friend_requests (
  id bigint not null default next_principal_id(),
  from_id bigint not null,
  to_id bigint not null,
  message text not null default ''::text,
  state text not null default 'pending'::text,
  date bigint not null default now_ms(),
  decided bigint,
  constraint friend_requests_pkey PRIMARY KEY (id),
  constraint friend_requests_from_id_fkey FOREIGN KEY (from_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint friend_requests_to_id_fkey FOREIGN KEY (to_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint friend_requests_check CHECK ((from_id <> to_id)),
  constraint friend_requests_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'accepted'::text, 'declined'::text])))
);

create table friendships (
  user_id bigint not null,
  friend_id bigint not null,
  remark text not null default ''::text,
  friend_group_id bigint,
  since bigint not null default now_ms(),
  constraint friendships_pkey PRIMARY KEY (user_id, friend_id),
  constraint friendships_friend_group_id_fkey FOREIGN KEY (friend_group_id) REFERENCES friend_groups(id) ON DELETE SET NULL,
  constraint friendships_friend_id_fkey FOREIGN KEY (friend_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint friendships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint friendships_check CHECK ((user_id <> friend_id))
);

create table group_bans (
  group_id bigint not null,
  user_id bigint not null,
  by_id bigint not null,
  created bigint not null default now_ms(),
  constraint group_bans_pkey PRIMARY KEY (group_id, user_id),
  constraint group_bans_group_id_fkey FOREIGN KEY (group_id) REFERENCES groups(id) ON DELETE CASCADE,
  constraint group_bans_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table group_invitations (
  id bigint not null default next_principal_id(),
  group_id bigint not null,
  code_hash text not null,
  code text not null,
  by_id bigint,
  approval boolean not null default false,
  uses integer,
  used integer not null default 0,
  expires bigint,
  created bigint not null default now_ms(),
  constraint group_invitations_code_hash_key UNIQUE (code_hash),
  constraint group_invitations_pkey PRIMARY KEY (id),
  constraint group_invitations_group_id_fkey FOREIGN KEY (group_id) REFERENCES groups(id) ON DELETE CASCADE
);

create table group_members (
  group_id bigint not null,
  user_id bigint not null,
  role text not null default 'member'::text,
  alias text not null default ''::text,
  joined bigint not null default now_ms(),
  read_id bigint not null default 0,
  delivered_id bigint not null default 0,
  seen_id bigint not null default 0,
  seen_count bigint not null default 0,
  joined_id bigint not null default 0,
  muted_until bigint,
  mention_id bigint not null default 0,
  constraint group_members_pkey PRIMARY KEY (group_id, user_id),
  constraint group_members_group_id_fkey FOREIGN KEY (group_id) REFERENCES groups(id) ON DELETE CASCADE,
  constraint group_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint group_members_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'member'::text])))
) with (fillfactor=70);

create table groups (
  id bigint not null default next_principal_id(),
  name text not null,
  description text not null default ''::text,
  avatar text,
  owner_id bigint not null,
  max_members integer not null default 200,
  message_count bigint not null default 0,
  horizon_id bigint not null default 0,
  early boolean not null default false,
  permits_version bigint not null default 0,
  created bigint not null default now_ms(),
  dissolved bigint,
  last_id bigint not null default 0,
  last_sender bigint,
  last_edited bigint,
  last_recalled bigint,
  last_body jsonb,
  history text not null default 'joined'::text,
  external_id text,
  custom jsonb,
  slow_mode integer not null default 0,
  visibility text not null default 'private'::text,
  retention_days integer,
  constraint groups_pkey PRIMARY KEY (id),
  constraint groups_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id),
  constraint groups_history_check CHECK ((history = ANY (ARRAY['joined'::text, 'all'::text]))),
  constraint groups_max_members_check CHECK (((max_members >= 1) AND (max_members <= 500))),
  constraint groups_retention_days_check CHECK (((retention_days >= 0) AND (retention_days <= 36500))),
  constraint groups_slow_mode_check CHECK (((slow_mode >= 0) AND (slow_mode <= 86400))),
  constraint groups_visibility_check CHECK ((visibility = ANY (ARRAY['private'::text, 'request'::text, 'public'::text])))
) with (fillfactor=70);

create table hidden_messages (
  owner_id bigint not null,
  peer_id bigint not null,
  id bigint not null,
  sender_id bigint not null,
  constraint hidden_messages_pkey PRIMARY KEY (owner_id, peer_id, id)
);

create table imports (
  id bigint not null default next_principal_id(),
  key text not null,
  state text not null default 'running'::text,
  lines bigint not null default 0,
  imported bigint not null default 0,
  duplicates bigint not null default 0,
  failed bigint not null default 0,
  errors jsonb not null default '[]'::jsonb,
  created bigint not null default now_ms(),
  updated bigint not null default now_ms(),
  constraint imports_pkey PRIMARY KEY (id),
  constraint imports_state_check CHECK ((state = ANY (ARRAY['running'::text, 'done'::text, 'interrupted'::text])))
);

create table installation (
  id uuid not null default gen_random_uuid(),
  mark bigint not null default 0,
  nonce uuid not null default gen_random_uuid(),
  previous uuid,
  advanced bigint not null default 0,
  singleton boolean not null default true,
  constraint installation_pkey PRIMARY KEY (singleton),
  constraint installation_singleton_check CHECK (singleton)
);

create table invitations (
  code text not null,
  note text not null default ''::text,
  uses integer not null,
  used integer not null default 0,
  created bigint not null default now_ms(),
  expires bigint,
  constraint invitations_pkey PRIMARY KEY (code),
  constraint invitations_check CHECK ((used <= uses)),
  constraint invitations_uses_check CHECK ((uses > 0))
);

create table jobs (
  id bigint not null default next_principal_id(),
  key text not null,
  state text not null default 'waiting'::text,
  from_id bigint not null,
  ref text not null,
  content jsonb not null,
  receivers bigint[] not null,
  next integer not null default 0,
  total integer not null,
  done integer not null default 0,
  failed integer not null default 0,
  errors jsonb not null default '[]'::jsonb,
  due bigint,
  leased boolean not null default false,
  created bigint not null default now_ms(),
  updated bigint not null default now_ms(),
  constraint jobs_pkey PRIMARY KEY (id),
  constraint jobs_from_id_fkey FOREIGN KEY (from_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint jobs_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'canceled'::text])))
);

create table join_requests (
  group_id bigint not null,
  user_id bigint not null,
  message text not null default ''::text,
  state text not null default 'pending'::text,
  date bigint not null default now_ms(),
  decided bigint,
  constraint join_requests_pkey PRIMARY KEY (group_id, user_id),
  constraint join_requests_group_id_fkey FOREIGN KEY (group_id) REFERENCES groups(id) ON DELETE CASCADE,
  constraint join_requests_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint join_requests_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'declined'::text])))
);

create table legal_holds (
  id bigint not null,
  kind text not null,
  reason text not null,
  created_by text not null,
  created bigint not null default now_ms(),
  constraint legal_holds_pkey PRIMARY KEY (id),
  constraint legal_holds_kind_check CHECK ((kind = ANY (ARRAY['user'::text, 'group'::text])))
);

create table link_previews (
  url_hash bytea not null,
  preview jsonb,
  stored bigint not null,
  expires bigint not null,
  constraint link_previews_pkey PRIMARY KEY (url_hash)
);

create table media (
  id bigint not null generated by default as identity,
  owner_id bigint not null,
  name text not null,
  mime text not null,
  size bigint not null,
  storage_key text not null,
  state text not null default 'uploading'::text,
  created bigint not null default now_ms(),
  expires bigint,
  width integer,
  height integer,
  duration double precision,
  thumbnail boolean not null default false,
  constraint media_storage_key_key UNIQUE (storage_key),
  constraint media_pkey PRIMARY KEY (id),
  constraint media_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint media_size_check CHECK ((size >= 0)),
  constraint media_state_check CHECK ((state = ANY (ARRAY['uploading'::text, 'ready'::text])))
);

create table media_shares (
  owner_id bigint not null,
  media_id bigint not null,
  peer_id bigint not null,
  message_id bigint not null,
  sender_id bigint not null,
  granted boolean not null,
  constraint media_shares_pkey PRIMARY KEY (owner_id, media_id, peer_id, message_id)
);

create table messages (
  owner_id bigint not null,
  peer_id bigint not null,
  id bigint not null,
  sender_id bigint not null,
  reply_to bigint,
  edited bigint,
  recalled bigint,
  body jsonb,
  ref text,
  mentions bigint[],
  reactions jsonb,
  custom jsonb,
  constraint messages_pkey PRIMARY KEY (owner_id, peer_id, id)
) partition by HASH (owner_id);

create table outbox (
  id bigint not null generated by default as identity,
  due bigint not null,
  notice jsonb not null,
  constraint outbox_pkey PRIMARY KEY (id)
);

create table pins (
  owner_id bigint not null,
  peer_id bigint not null,
  id bigint not null,
  user_id bigint not null,
  date bigint not null,
  active boolean not null,
  constraint pins_pkey PRIMARY KEY (owner_id, peer_id, id)
);

create table preserved_messages (
  id bigint not null generated by default as identity,
  owner_id bigint not null,
  peer_id bigint not null,
  message_id bigint not null,
  sender_id bigint not null,
  reply_to bigint,
  edited bigint,
  body jsonb not null,
  custom jsonb,
  mentions bigint[],
  media_id bigint,
  cause text not null,
  preserved bigint not null default now_ms(),
  constraint preserved_messages_pkey PRIMARY KEY (id),
  constraint preserved_messages_cause_check CHECK ((cause = ANY (ARRAY['deleted'::text, 'changed'::text])))
);

create table push_subscriptions (
  endpoint text not null,
  user_id bigint not null,
  session_id text,
  p256dh text not null,
  auth text not null,
  language text not null,
  created bigint not null default now_ms(),
  service text not null default 'web'::text,
  app text,
  environment text,
  mentions_only boolean not null default false,
  hide_text boolean not null default false,
  seen bigint not null default now_ms(),
  constraint push_subscriptions_pkey PRIMARY KEY (endpoint),
  constraint push_subscriptions_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id) ON DELETE CASCADE,
  constraint push_subscriptions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table recovery_codes (
  user_id bigint not null,
  hash text not null,
  constraint recovery_codes_pkey PRIMARY KEY (user_id, hash),
  constraint recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table reports (
  id bigint not null default next_principal_id(),
  reporter_id bigint not null,
  kind text not null,
  target_id bigint not null,
  message_id bigint not null default 0,
  user_id bigint,
  group_id bigint,
  message jsonb,
  reason text not null,
  text text not null default ''::text,
  state text not null default 'open'::text,
  note text not null default ''::text,
  created bigint not null default now_ms(),
  updated bigint not null default now_ms(),
  constraint reports_pkey PRIMARY KEY (id),
  constraint reports_reporter_id_fkey FOREIGN KEY (reporter_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint reports_kind_check CHECK ((kind = ANY (ARRAY['user'::text, 'group'::text, 'message'::text]))),
  constraint reports_state_check CHECK ((state = ANY (ARRAY['open'::text, 'closed'::text])))
);

create table retention_runs (
  singleton boolean not null default true,
  due bigint not null default 0,
  started bigint not null default 0,
  finished bigint not null default 0,
  removed bigint not null default 0,
  place jsonb,
  constraint retention_runs_pkey PRIMARY KEY (singleton),
  constraint retention_runs_singleton_check CHECK (singleton)
);

create table schema_migrations (
  name text not null,
  applied timestamp with time zone not null default now(),
  oldest text,
  constraint schema_migrations_pkey PRIMARY KEY (name)
);

create table search_index_segments (
  owner_id bigint not null,
  version integer not null,
  last_id bigint not null,
  first_id bigint not null,
  count integer not null,
  built bigint not null,
  stale boolean not null default false,
  peers bigint[] not null,
  fences text not null,
  postings bytea not null,
  ids bytea not null,
  constraint search_index_segments_pkey PRIMARY KEY (owner_id, version, last_id)
);

create table search_indexes (
  owner_id bigint not null,
  version integer not null,
  horizon_id bigint not null default 0,
  searched bigint not null default now_ms(),
  due bigint,
  constraint search_indexes_pkey PRIMARY KEY (owner_id, version)
);

create table search_owners (
  owner_id bigint not null,
  horizon_id bigint not null default 0,
  searched bigint not null default now_ms(),
  due bigint,
  constraint search_owners_pkey PRIMARY KEY (owner_id)
);

create table search_segments (
  owner_id bigint not null,
  last_id bigint not null,
  first_id bigint not null,
  count integer not null,
  built bigint not null,
  stale boolean not null default false,
  peers bigint[] not null,
  fences text not null,
  postings bytea not null,
  ids bytea not null,
  constraint search_segments_pkey PRIMARY KEY (owner_id, last_id)
);

create table sessions (
  id text not null,
  user_id bigint not null,
  device text,
  refresh_hash text not null,
  previous_hash text,
  created bigint not null default now_ms(),
  last_used bigint not null default now_ms(),
  expires bigint not null,
  revoked bigint,
  constraint sessions_refresh_hash_key UNIQUE (refresh_hash),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table users (
  id bigint not null default next_principal_id(),
  username text not null,
  name text not null,
  avatar text,
  sign text not null default ''::text,
  password_hash text,
  external_id text,
  permits_version bigint not null default 0,
  created bigint not null default now_ms(),
  erased bigint,
  deactivated bigint,
  email text,
  totp_secret text,
  totp_pending text,
  totp_step bigint not null default 0,
  privacy jsonb not null default '{}'::jsonb,
  custom jsonb,
  quiet_hours jsonb,
  constraint users_external_id_key UNIQUE (external_id),
  constraint users_username_key UNIQUE (username),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_username_check CHECK ((username = lower(username)))
);


create table chats_00 partition of chats FOR VALUES WITH (modulus 16, remainder 0) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_01 partition of chats FOR VALUES WITH (modulus 16, remainder 1) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_02 partition of chats FOR VALUES WITH (modulus 16, remainder 2) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_03 partition of chats FOR VALUES WITH (modulus 16, remainder 3) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_04 partition of chats FOR VALUES WITH (modulus 16, remainder 4) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_05 partition of chats FOR VALUES WITH (modulus 16, remainder 5) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_06 partition of chats FOR VALUES WITH (modulus 16, remainder 6) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_07 partition of chats FOR VALUES WITH (modulus 16, remainder 7) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_08 partition of chats FOR VALUES WITH (modulus 16, remainder 8) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_09 partition of chats FOR VALUES WITH (modulus 16, remainder 9) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_10 partition of chats FOR VALUES WITH (modulus 16, remainder 10) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_11 partition of chats FOR VALUES WITH (modulus 16, remainder 11) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_12 partition of chats FOR VALUES WITH (modulus 16, remainder 12) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_13 partition of chats FOR VALUES WITH (modulus 16, remainder 13) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_14 partition of chats FOR VALUES WITH (modulus 16, remainder 14) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table chats_15 partition of chats FOR VALUES WITH (modulus 16, remainder 15) with (fillfactor=60, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
create table messages_00 partition of messages FOR VALUES WITH (modulus 16, remainder 0) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_01 partition of messages FOR VALUES WITH (modulus 16, remainder 1) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_02 partition of messages FOR VALUES WITH (modulus 16, remainder 2) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_03 partition of messages FOR VALUES WITH (modulus 16, remainder 3) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_04 partition of messages FOR VALUES WITH (modulus 16, remainder 4) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_05 partition of messages FOR VALUES WITH (modulus 16, remainder 5) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_06 partition of messages FOR VALUES WITH (modulus 16, remainder 6) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_07 partition of messages FOR VALUES WITH (modulus 16, remainder 7) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_08 partition of messages FOR VALUES WITH (modulus 16, remainder 8) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_09 partition of messages FOR VALUES WITH (modulus 16, remainder 9) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_10 partition of messages FOR VALUES WITH (modulus 16, remainder 10) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_11 partition of messages FOR VALUES WITH (modulus 16, remainder 11) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_12 partition of messages FOR VALUES WITH (modulus 16, remainder 12) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_13 partition of messages FOR VALUES WITH (modulus 16, remainder 13) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_14 partition of messages FOR VALUES WITH (modulus 16, remainder 14) with (autovacuum_vacuum_insert_scale_factor=0.1);
create table messages_15 partition of messages FOR VALUES WITH (modulus 16, remainder 15) with (autovacuum_vacuum_insert_scale_factor=0.1);

CREATE INDEX account_tokens_user ON public.account_tokens USING btree (user_id, purpose);
CREATE UNIQUE INDEX friend_groups_name ON public.friend_groups USING btree (user_id, lower(NORMALIZE(name, NFKC)));
CREATE INDEX friend_requests_from ON public.friend_requests USING btree (from_id, id);
CREATE UNIQUE INDEX friend_requests_pending ON public.friend_requests USING btree (from_id, to_id) WHERE (state = 'pending'::text);
CREATE INDEX friend_requests_to ON public.friend_requests USING btree (to_id, id);
CREATE INDEX friendships_friend_group ON public.friendships USING btree (friend_group_id);
CREATE INDEX group_bans_user ON public.group_bans USING btree (user_id);
CREATE INDEX group_invitations_group ON public.group_invitations USING btree (group_id, id);
CREATE INDEX group_members_user ON public.group_members USING btree (user_id);
CREATE INDEX groups_by_name ON public.groups USING btree (lower(NORMALIZE(name, NFKC))) WHERE (dissolved IS NULL);
CREATE UNIQUE INDEX groups_external ON public.groups USING btree (external_id) WHERE (dissolved IS NULL);
CREATE INDEX groups_found ON public.groups USING btree (lower(NORMALIZE(name, NFKC)) COLLATE "C", id) WHERE ((dissolved IS NULL) AND (visibility <> 'private'::text));
CREATE INDEX jobs_due ON public.jobs USING btree (due) WHERE (due IS NOT NULL);
CREATE INDEX jobs_finished ON public.jobs USING btree (updated) WHERE (due IS NULL);
CREATE INDEX jobs_key ON public.jobs USING btree (key, id);
CREATE INDEX join_requests_pending ON public.join_requests USING btree (group_id, date, user_id) WHERE (state = 'pending'::text);
CREATE INDEX join_requests_user ON public.join_requests USING btree (user_id);
CREATE INDEX link_previews_stored ON public.link_previews USING btree (stored);
CREATE INDEX media_expires ON public.media USING btree (expires) WHERE (expires IS NOT NULL);
CREATE INDEX media_owner ON public.media USING btree (owner_id);
CREATE INDEX media_shares_granted ON public.media_shares USING btree (media_id) WHERE granted;
CREATE INDEX media_shares_waiting ON public.media_shares USING btree (media_id, sender_id) WHERE (NOT granted);
CREATE INDEX messages_changed ON ONLY public.messages USING btree (owner_id, COALESCE(recalled, edited)) WHERE (COALESCE(recalled, edited) IS NOT NULL);
CREATE INDEX outbox_due ON public.outbox USING btree (due);
CREATE INDEX preserved_messages_media ON public.preserved_messages USING btree (media_id) WHERE (media_id IS NOT NULL);
CREATE INDEX preserved_messages_owner ON public.preserved_messages USING btree (owner_id, id);
CREATE INDEX preserved_messages_peer ON public.preserved_messages USING btree (peer_id, id);
CREATE INDEX preserved_messages_sender ON public.preserved_messages USING btree (sender_id, id);
CREATE INDEX push_subscriptions_seen ON public.push_subscriptions USING btree (seen);
CREATE INDEX push_subscriptions_session ON public.push_subscriptions USING btree (session_id);
CREATE INDEX push_subscriptions_user ON public.push_subscriptions USING btree (user_id);
CREATE UNIQUE INDEX reports_open ON public.reports USING btree (reporter_id, target_id, message_id) WHERE (state = 'open'::text);
CREATE INDEX reports_reporter ON public.reports USING btree (reporter_id, id);
CREATE INDEX reports_state ON public.reports USING btree (state, id);
CREATE INDEX reports_user ON public.reports USING btree (user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX search_indexes_due ON public.search_indexes USING btree (version, due);
CREATE INDEX search_owners_due ON public.search_owners USING btree (due);
CREATE INDEX sessions_previous_hash ON public.sessions USING btree (previous_hash);
CREATE INDEX sessions_user ON public.sessions USING btree (user_id);
CREATE INDEX users_external_id_prefix ON public.users USING btree (external_id text_pattern_ops) WHERE (external_id IS NOT NULL);
CREATE INDEX users_name ON public.users USING btree (lower(NORMALIZE(name, NFKC)) text_pattern_ops);
CREATE INDEX users_username_prefix ON public.users USING btree (username text_pattern_ops);
