-- Appends texts to a stream and publishes their frames.
--
-- KEYS
--   1  stream
--   2  its texts
--   3  streams of the bucket
--   4  members of the group, or the permit fence of two users
--   then for each receiver: channel
-- ARGV
--   1  '<conversation>:<message id>'
--   2  user
--   3  the permit fence when the user's permit was read, or 'member' if the user must be a member
--   4  index of the first text, from 1
--   5  characters of the texts
--   6  characters that a stream may have
--   7  ms without an append after which it ends by itself
--   8  receivers of a group, separated by blanks, or ''
--   9  number of texts
--   then the texts, as JSON
--   then for each receiver: what is published, or '' for the same as the previous receiver
-- Reply
--   { 'appended' }
--   { 'ended' } if the stream is not open
--   { 'expired' } if it has used its time
--   { 'full', characters so far } if the texts are too long for it
--   { 'forbidden' } if it is that of another user
--   { 'permit' } if the permit may have ended since the caller read it
--   { 'index', last index, texts from the first index on } if the first text is not the next one
local stream, list, streams, permits = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local name, user, permit, first = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local chars, max_chars, idle, users = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
local FIRST_TEXT, FIRST_CHANNEL = 10, 5
local last_text = FIRST_TEXT - 1 + tonumber(ARGV[9])

local facts = redis.call('HMGET', stream, 'from', 'chars', 'until')
if not facts[1] then return { 'ended' } end
if facts[1] ~= user then return { 'forbidden' } end
if permit == 'member' then
  if redis.call('SISMEMBER', permits, user) == 0 then return { 'permit' } end
elseif (redis.call('GET', permits) or '0') ~= permit then
  return { 'permit' }
end
local now = clock()
if now > tonumber(redis.call('ZSCORE', streams, name) or 0) then return { 'expired' } end
local index = redis.call('LLEN', list) - 1
if first ~= index + 1 then return { 'index', index, redis.call('LRANGE', list, first, -1) } end
if facts[2] + chars > max_chars then return { 'full', tonumber(facts[2]) } end

redis.call('RPUSH', list, unpack(ARGV, FIRST_TEXT, last_text))
redis.call('HINCRBY', stream, 'chars', chars)
redis.call('ZADD', streams, whole(math.min(now + idle, tonumber(facts[3]))), name)

-- Members who were removed after the caller had read the members get nothing.
local stay
if users ~= '' then
  local ids = {}
  for id in string.gmatch(users, '%d+') do ids[#ids + 1] = id end
  stay = redis.call('SMISMEMBER', permits, unpack(ids))
end
local frames
for i = FIRST_CHANNEL, #KEYS do
  local receiver = i - FIRST_CHANNEL + 1
  local own = ARGV[last_text + receiver]
  if own ~= '' then frames = own end
  if not stay or stay[receiver] == 1 then redis.call('SPUBLISH', KEYS[i], frames) end
end
return { 'appended' }
