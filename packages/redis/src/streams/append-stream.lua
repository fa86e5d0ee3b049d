-- Appends texts to a stream, which is a message whose text grows, and publishes their frames.
--
-- KEYS
--   1  stream
--   2  texts of the stream
--   3  open streams of the bucket
--   4  members of the group, or the permit fence of two users
--   then for each receiver: channel
-- ARGV
--   1  '<conversation>:<message id>'
--   2  user
--   3  value of the permit fence when the caller read the user's permit, or 'member' if the user
--      must be a member of the group
--   4  index in the stream of the first text, from 1
--   5  number of characters of the texts
--   6  maximum number of characters of a stream
--   7  ms without an append after which the stream ends by itself
--   8  receivers of a group, separated by blanks, or ''
--   9  number of texts
--   then the texts, as JSON
--   then for each receiver: the frames to publish, or '' for those of the previous receiver
-- Reply
--   { 'appended' }
--   { 'ended' } if the stream is not open
--   { 'expired' } if the time of the stream is used up
--   { 'full', number of characters so far } if the stream would get too long
--   { 'forbidden' } if another user opened the stream
--   { 'permit' } if the permit might have ended since the caller read it
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

-- Skips members who were removed after the caller had read the members.
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
