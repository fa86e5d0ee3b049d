-- Adds a mutation (a mark, recall, edit, reaction, pin or hide) to the record stream and delivers
-- its event to users of one bucket. Does all of it or nothing.
--
-- KEYS
--   1  record stream
--   2  members of the group, or the permit fence of two users. Used only with ARGV 10
--   then for each user: inbox, channel, recalled
--   last, only with ARGV 8: forwards
-- ARGV
--   1  generation of the bucket
--   2  maximum number of events in an inbox
--   3  maximum bytes of an inbox
--   4  time to live of an inbox, in s
--   5  entry for the record stream, or ''
--   6  '<conversation>:<message id>' of a message that is recalled, or ''
--   7  id of the recalled message
--   8  first part of the field that stays in `forwards` until all other buckets have the event, or
--      ''. The mutation's version is its last part
--   9  value of this field
--   10 value of the permit fence when the caller read the user's permit, 'member' if the user must
--      be a member of the group, or '' if no permit is needed
--   11 the user
--   12 '<conversation>:<message id>' of a message whose stream ends if it has one, or ''
--   13 number of texts that the stream must have, or '' for any number
--   14 conversation whose set of pinned messages changes, or ''
--   15 id of the message that is pinned or unpinned
--   16 maximum number of pinned messages of the conversation, or '' to unpin
--   17 '<conversation>:<message id>' of a message that must not be recalled, or ''
--   18 the user or group whose set of recalled messages includes all of this conversation. '' in
--      buckets other than the home bucket
--   then for each user:
--   *  the event, or '' for the same event as the previous user
--   *  the merge key of the event
-- Reply
--   { version of the mutation or 0 without ARGV 8 }
--   { version, slot of the stream in `openStreams`, its sender } if a stream has ended
--   0 if the permit might have ended since the caller read it
--   -1 if the number of texts of the stream differs from ARGV 13, or the stream has ended
--   -2 if the conversation has the maximum number of pinned messages
--   -3 if Redis has no copy of the pinned messages
--   { -4 } if the message of ARGV 17 was recalled. { -4, slot, sender } if a stream has ended
-- Versions ascend in the order of a bucket's mutations.
local stream = KEYS[1]
local limits = read_limits(ARGV[1], ARGV[2], ARGV[3], ARGV[4])
local record, recalled, recalled_id, field, value = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local permit, streamed, texts = ARGV[10], ARGV[12], ARGV[13]
local pins, pinned_id, most_pins = ARGV[14], ARGV[15], ARGV[16]
local changed, owner = ARGV[17], ARGV[18]
local FIRST = 19
local now = clock()
local count = #KEYS
local reply = { 0 }
local event

if permit == 'member' then
  if redis.call('SISMEMBER', KEYS[2], ARGV[11]) == 0 then return 0 end
elseif permit ~= '' and (redis.call('GET', KEYS[2]) or '0') ~= permit then
  return 0
end
-- Hash tag of the record stream. The script accesses keys that are not in KEYS by names with this
-- hash tag.
local tag = string.match(stream, '^{%d+}:')
local recalls = owner ~= '' and tag .. 'recalled:' .. owner

local function was_recalled(key) return changed ~= '' and redis.call('ZSCORE', key, changed) end
local function add_recall(key)
  redis.call('ZADD', key, recalled_id, recalled)
  redis.call('ZREMRANGEBYRANK', key, 0, -1 - 2 * limits.length)
  redis.call('EXPIRE', key, limits.ttl + 3600)
end

local is_late = recalls and was_recalled(recalls)
if pins ~= '' and not is_late then
  local key = tag .. 'pins:' .. pins
  if most_pins == '' then
    redis.call('SREM', key, pinned_id)
  else
    if redis.call('EXISTS', key) == 0 then return -3 end
    -- The set contains one member that is not an id, so that it exists even if no message is
    -- pinned.
    local full = redis.call('SCARD', key) > tonumber(most_pins)
    if full and redis.call('SISMEMBER', key, pinned_id) == 0 then return -2 end
    redis.call('SADD', key, pinned_id)
  end
end
if streamed ~= '' then
  local key, list = tag .. 'stream:' .. streamed, tag .. 'stream-texts:' .. streamed
  if texts ~= '' and redis.call('LLEN', list) ~= tonumber(texts) then return -1 end
  if redis.call('ZREM', tag .. 'streams', streamed) == 1 then
    local facts = redis.call('HMGET', key, 'slot', 'from')
    reply = { 0, facts[1], facts[2] }
    redis.call('UNLINK', key, list)
  end
end
if is_late then return { -4, reply[2], reply[3] } end
if recalled ~= '' and recalls then add_recall(recalls) end
if record ~= '' then
  local entry = redis.call('XADD', stream, '*', 'e', record)
  -- Ensures that each change with a date has a ms of its own, because recorders use the ms of the
  -- entry's id as the date of the change. They do not use the gateway's date, because clocks of
  -- gateways differ. The ids of a stream always ascend, even if the clock of Redis steps back.
  local ms, counter = string.match(entry, '^(%d+)-(%d+)$')
  if counter ~= '0' and string.find(record, '"date":', 1, true) then
    redis.call('XDEL', stream, entry)
    redis.call('XADD', stream, whole(tonumber(ms) + 1) .. '-0', 'e', record)
  end
end
if field ~= '' then
  local forwards = KEYS[count]
  -- The version is never below the clock, because after a restore of this Redis server, other
  -- buckets might have higher versions.
  local versions = tag .. 'changes'
  reply[1] = math.max(tonumber(redis.call('GET', versions) or 0) + 1, now)
  redis.call('SET', versions, whole(reply[1]))
  redis.call('HSET', forwards, field .. ':' .. whole(reply[1]), value)
  count = count - 1
end
for i = 3, count, 3 do
  local inbox, channel, withheld = KEYS[i], KEYS[i + 1], KEYS[i + 2]
  local arg = FIRST + (i - 3) / 3 * 2
  local own, merge = ARGV[arg], ARGV[arg + 1]
  if own ~= '' then event = own end
  if recalled ~= '' then add_recall(withheld) end
  if not was_recalled(withheld) then deliver(inbox, channel, event, merge, now, '', true, limits) end
end
return reply
