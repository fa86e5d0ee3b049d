-- Accepts a message at its home bucket: numbers it, records it, and delivers it to the participants
-- given.
--
-- KEYS 1 conversation, 2 record stream, 3 reach, then for each participant that can be reached from
-- here: inbox, channel, online;
--       then forwards, if there is something to forward
-- ARGV 1 <sender>:<ref> 2 ref as JSON text 3 event between id and date 4 event after the date,
-- without the brace
--       5 which participant is the sender (from 1; 0: none of them)    6 1: record, 0: do not
--       7 inbox length    8 inbox time to live in s    9 refs to remember    10 other buckets with members of the group, with
--       blanks between, or ''    11 ms since 1970 of the take-over, 0 for none    12 what is to be kept before the event until it is
--       forwarded, or ''    13... epoch of each participant's inbox as the caller remembers it, or ''
-- Reply { id, 1 if it was a duplicate, 1 if another participant is connected, id of the message before it or 0: a list of the ids
--       that went to each of the other buckets before if they are given and it was no duplicate; position of the sender's own copy, ''
--       if the sender is elsewhere; then the number of a participant (from 1) and the epoch, for those whose epoch is another than given }
--
-- A duplicate has been delivered to these participants already: script and append-only file are all
-- or nothing.

local sender = tonumber(ARGV[5])
since = tonumber(ARGV[11])
local now = clock()
-- 2025-01-01 UTC, as in the protocol's ids.
local id = (now - 1735689600000) * 4096
local last = tonumber(redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] or 0)
if id <= last then id = last + 1 end
local number = whole(id)
local count = ARGV[12] == '' and #KEYS or #KEYS - 1

-- Writes nothing when the ref is known: the check and the first write are one.
if redis.call('ZADD', KEYS[1], 'NX', number, ARGV[1]) == 0 then
  local seen = redis.call('ZSCORE', KEYS[1], ARGV[1])
  local others = 0
  for i = 4, count, 3 do
    if (i - 1) / 3 ~= sender and redis.call('EXISTS', KEYS[i + 2]) == 1 then
      others = 1
      break
    end
  end
  local before = redis.call('ZRANGE', KEYS[1], '(' .. seen, '-inf', 'BYSCORE', 'REV', 'LIMIT', 0, 1, 'WITHSCORES')[2]
  local own = sender > 0 and position(KEYS[1 + 3 * sender], '{"kind":"message","id":' .. whole(seen) .. ARGV[3]) or ''
  return { tonumber(seen), 1, others, tonumber(before or 0), own }
end

-- A text of this length costs as much as a command, so none is made on the way to another.
local date = math.floor(id / 4096) + 1735689600000
local start = '{"kind":"message","id":' .. number .. ARGV[3] .. whole(date)
local event = start .. ARGV[4] .. '}'
local own_event = start .. ARGV[4] .. ',"ref":' .. ARGV[2] .. '}'
local began = whole(now)

-- Times to live are renewed when the conversation's hour turns, not for each message; they last an
-- hour more for that. Ids ahead of the clock are remembered until it has caught up.
local refresh = math.floor(now / 3600000) ~= math.floor((last / 4096 + 1735689600000) / 3600000)

redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[9])
if refresh then redis.call('EXPIRE', KEYS[1], whole(90000 + math.max(0, date - now) / 1000)) end
if ARGV[6] == '1' then redis.call('XADD', KEYS[2], '*', 'e', own_event) end
if ARGV[12] ~= '' then redis.call('HSET', KEYS[#KEYS], number .. ':' .. ARGV[1], ARGV[12] .. event) end

local reply = { id, 0, 0, last, '' }
if ARGV[10] ~= '' then
  -- Members come and go, so that the message before need not have gone everywhere.
  local buckets = {}
  for bucket in string.gmatch(ARGV[10], '%d+') do buckets[#buckets + 1] = bucket end
  reply[4] = redis.call('HMGET', KEYS[3], unpack(buckets))
  local places = {}
  for i, bucket in ipairs(buckets) do
    reply[4][i] = tonumber(reply[4][i] or 0)
    places[2 * i - 1], places[2 * i] = bucket, number
  end
  redis.call('HSET', KEYS[3], unpack(places))
  redis.call('EXPIRE', KEYS[3], whole(90000 + math.max(0, date - now) / 1000))
end
for i = 4, count, 3 do
  local participant = (i - 1) / 3
  local own = participant == sender
  local hint = ARGV[12 + participant]
  local heard, epoch, at =
    deliver(KEYS[i], KEYS[i + 1], own and own_event or event, began, ARGV[7], ARGV[8], refresh, hint)
  if own then reply[5] = at end
  if epoch ~= hint then
    reply[#reply + 1] = participant
    reply[#reply + 1] = epoch
  end
  if not own and reply[3] == 0 and heard > 0 and redis.call('EXISTS', KEYS[i + 2]) == 1 then reply[3] = 1 end
end
return reply
