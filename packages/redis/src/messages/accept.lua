-- Accepts a message in the home bucket of its conversation: detects a resend, assigns the message's
-- id, adds the message to the record stream, and delivers it to the participants in this bucket,
-- whose keys are in KEYS.
--
-- KEYS
--   1  conversation: sorted set of '<sender>:<ref>', scored by message id. The member '' has an id
--      as its score that the next message's id must exceed.
--   2  record stream
--   3  reach: hash: bucket -> id of the last message that was sent to members in this bucket
--   4  members of the group, or the permit fence of two users
--   then for each participant whose keys this script can access: inbox, channel, online
--   last, only with ARGV 14: forwards
-- ARGV
--   1  generation of the bucket
--   2  maximum number of events in an inbox
--   3  maximum bytes of an inbox
--   4  time to live of an inbox, in s
--   5  <sender>:<ref>, where a long ref is hashed
--   6  ref as JSON text
--   7  part of the event's JSON between the id and the date
--   8  part of the event's JSON after the date, without the closing brace
--   9  position (from 1) of the sender among the participants in KEYS, or 0
--   10 1 to add the message to the record stream, otherwise 0
--   11 ms for which a ref is stored
--   12 maximum number of refs that are stored for a conversation
--   13 other buckets with members of the group, separated by blanks, or ''
--   14 first lines of the entry that stays in `forwards` until the message is forwarded to all
--      other buckets, or ''. See `parseForward`
--   15 user ids of the participants of a group, separated by blanks, or ''
--   16 value of the permit fence when the caller read the sender's permit, 'member' if the sender
--      must be a member of the group, 'none' to accept only a resend, or '' if no permit is
--      needed
--   17 the stream that the message opens, as JSON (see `NewStream`), or ''
--   then for each participant:
--   *  the epoch of the inbox that the caller cached, or ''
-- Reply
--   { id, 1 for a resend, 1 if another participant is connected, id of the previous message or 0,
--     position of the sender's own copy or '' if it is elsewhere,
--     participant, epoch, participant, epoch, ... }
--   { 0 } if the sender's permit might have ended since the caller read it.
--   { 0, ms to wait } if the group has slow mode and the sender's last message is too recent.
--   If ARGV 13 is not empty and the message is not a resend, the fourth element is a list: the id
--   of the previous message in each of these buckets. The epochs are those that differ from the
--   cached ones.
--
-- A resend was already delivered to these participants, because the script, like its entry in the
-- append-only file, is executed completely or not at all.
local conversation, records_to, reach, members, fence = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[4]
local limits = read_limits(ARGV[1], ARGV[2], ARGV[3], ARGV[4])
local name, ref, middle, rest = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local sender, records = tonumber(ARGV[9]), ARGV[10] == '1'
local window, max_refs = tonumber(ARGV[11]), tonumber(ARGV[12])
local distant, kept, users, permit, stream = ARGV[13], ARGV[14], ARGV[15], ARGV[16], ARGV[17]
local FIRST, HINTS = 5, 17
local count = kept == '' and #KEYS or #KEYS - 1
local sender_id = string.match(name, '^%d+')
local in_group = string.find(conversation, ':conv:g', 1, true) ~= nil

-- Checks the permit, because a gateway that was paused might have missed that the permit ended.
local is_member = false
if permit ~= '' then
  local valid
  if permit == 'member' then
    is_member = redis.call('SISMEMBER', members, sender_id) == 1
    valid = is_member
  elseif permit ~= 'none' then
    valid = (redis.call('GET', fence) or '0') == permit
  end
  -- Accepts a resend even if the permit has ended, because its message was accepted before.
  if not valid and not redis.call('ZSCORE', conversation, name) then return { 0 } end
end

-- 2025-01-01 UTC, the origin of message ids.
local ORIGIN = 1735689600000
local now = clock()

-- Key with the time at which each member last wrote to a group with slow mode. Like the key of the
-- restrictions, it shares the hash tag of the conversation and is not in KEYS, because most groups
-- have neither key.
local turns
local restrictions = is_member and string.gsub(conversation, '^({%d+}:)conv:g', '%1mutes:')
if restrictions and redis.call('EXISTS', restrictions) == 1 then
  local found = redis.call('HMGET', restrictions, 'slow', 'exempt:' .. sender_id)
  local slow = tonumber(found[1] or 0) * 1000
  if slow > 0 and not found[2] then
    turns = string.gsub(conversation, '^({%d+}:)conv:', '%1slow:')
    local last_turn = tonumber(redis.call('ZSCORE', turns, sender_id) or 0)
    if last_turn > now then
      -- The clock has stepped back. Lets the wait begin now, instead of when the clock has
      -- caught up.
      last_turn = now
      redis.call('ZADD', turns, whole(now), sender_id)
    end
    local left = last_turn + slow - now
    if left > 0 and not redis.call('ZSCORE', conversation, name) then return { 0, left } end
  end
end

local id = (now - ORIGIN) * 4096
local newest = redis.call('ZRANGE', conversation, -1, -1, 'WITHSCORES')
local last = tonumber(newest[2] or 0)
if id <= last then id = last + 1 end
local number = whole(id)

-- ZADD NX detects a resend and stores the ref in one command.
if redis.call('ZADD', conversation, 'NX', number, name) == 0 then
  local seen = redis.call('ZSCORE', conversation, name)
  local others = 0
  for i = FIRST, count, 3 do
    local online = KEYS[i + 2]
    if (i - FIRST) / 3 + 1 ~= sender and is_online(online, in_group) then
      others = 1
      break
    end
  end
  local before =
    redis.call('ZRANGE', conversation, '(' .. seen, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, 1, 'WITHSCORES')[2]
  local at = ''
  if sender > 0 then
    at = position(KEYS[FIRST + 3 * (sender - 1)], '{"kind":"message","id":' .. whole(seen) .. middle)
  end
  return { tonumber(seen), 1, others, tonumber(before or 0), at }
end

-- Builds each JSON text once, because concatenating strings of this length costs as much as a
-- command.
local date = math.floor(id / 4096) + ORIGIN
local start = '{"kind":"message","id":' .. number .. middle .. whole(date)
local event = start .. rest .. '}'
local own_event = start .. rest .. ',"ref":' .. ref .. '}'

-- Renews the times to live once an hour instead of for each message. They are therefore an hour
-- longer. A conversation whose ids are ahead of the clock is kept until the clock has caught up.
local last_date = last / 4096 + ORIGIN
local refresh = math.floor(now / 3600000) ~= math.floor(last_date / 3600000)
local ttl = whole(90000 + math.max(0, date - now) / 1000)
if refresh then redis.call('EXPIRE', conversation, ttl) end

-- Removes old refs at most once a second. Keeps the newest ref, because its score is the
-- conversation's last id.
if math.floor(now / 1000) ~= math.floor(last_date / 1000) then
  redis.call('ZREMRANGEBYSCORE', conversation, '-inf', '(' .. whole((now - window - ORIGIN) * 4096))
  redis.call('ZREMRANGEBYRANK', conversation, 0, -1 - max_refs)
end
if records then redis.call('XADD', records_to, '*', 'e', own_event) end
if turns then
  -- Keeps the times for a day, the longest possible slow mode, because the setting can change.
  local DAY = 86400000
  redis.call('ZADD', turns, whole(now), sender_id)
  redis.call('ZREMRANGEBYSCORE', turns, '-inf', '(' .. whole(now - DAY))
  redis.call('PEXPIRE', turns, DAY)
end
if stream ~= '' then
  -- These keys share the hash tag of the conversation and are not in KEYS, because most messages
  -- do not open a stream.
  local given = cjson.decode(stream)
  local tag, id_of = string.match(conversation, '^({%d+}:)conv:(.+)$')
  local streamed = id_of .. ':' .. number
  local fields = { 'from', sender_id, 'until', whole(now + given.time) }
  for field, value in pairs(given.facts) do
    fields[#fields + 1] = field
    fields[#fields + 1] = value
  end
  redis.call('HSET', tag .. 'stream:' .. streamed, unpack(fields))
  redis.call('RPUSH', tag .. 'stream-texts:' .. streamed, given.text)
  redis.call('ZADD', tag .. 'streams', whole(now + math.min(given.idle, given.time)), streamed)
end
local message_before = last
if newest[1] == '' then
  -- The newest id comes from `message-id-now.lua`, not from a message. Reads the id of the
  -- newest message.
  redis.call('ZREM', conversation, '')
  message_before = tonumber(redis.call('ZRANGE', conversation, -2, -2, 'WITHSCORES')[2] or 0)
end

local reply = { id, 0, 0, message_before, '' }
if distant ~= '' then
  -- Reads the previous message of each bucket, because members join and leave, so each bucket
  -- can have another previous message.
  local buckets = {}
  for bucket in string.gmatch(distant, '%d+') do buckets[#buckets + 1] = bucket end
  reply[4] = redis.call('HMGET', reach, unpack(buckets))
  local reached = {}
  for i, bucket in ipairs(buckets) do
    reply[4][i] = tonumber(reply[4][i] or 0)
    reached[2 * i - 1], reached[2 * i] = bucket, number
  end
  redis.call('HSET', reach, unpack(reached))
  redis.call('EXPIRE', reach, ttl)
end

-- Skips members who were removed after the caller had read the members, because a member must get
-- no event after their `removed` event.
local stay
if users ~= '' and (is_member or redis.call('EXISTS', members) == 1) then
  local ids = {}
  for user in string.gmatch(users, '%d+') do ids[#ids + 1] = user end
  stay = redis.call('SMISMEMBER', members, unpack(ids))
end

if kept ~= '' then
  local forwards = KEYS[#KEYS]
  local previous = whole(message_before)
  if distant ~= '' then
    local ids = {}
    for i, before in ipairs(reply[4]) do ids[i] = whole(before) end
    previous = table.concat(ids, ' ')
  end
  local field = number .. ':' .. string.match(conversation, ':conv:(.+)$')
  redis.call('HSET', forwards, field, kept .. event .. '\n' .. previous)
end

for i = FIRST, count, 3 do
  local inbox, channel, online = KEYS[i], KEYS[i + 1], KEYS[i + 2]
  local participant = (i - FIRST) / 3 + 1
  if not stay or stay[participant] == 1 then
    local own = participant == sender
    local hint = ARGV[HINTS + participant]
    local text = own and own_event or event
    local heard, epoch, at = deliver(inbox, channel, text, '', now, hint, refresh, limits)
    if own then reply[5] = at end
    if epoch ~= hint then
      reply[#reply + 1] = participant
      reply[#reply + 1] = epoch
    end
    if not own and reply[3] == 0 and heard > 0 and is_online(online, in_group) then reply[3] = 1 end
  end
end
return reply
