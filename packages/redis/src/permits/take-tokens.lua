-- Grants tokens of a token bucket, which limits a rate (algorithm: GCRA). The key stores the time
-- at which the bucket is full again.
--
-- KEYS
--   1  key of the token bucket
-- ARGV
--   1  number of tokens in a full bucket
--   2  tokens added per second
--   3  number of tokens requested
--   4  minimum number of tokens to grant
-- Reply
--   { tokens granted, 0 or, if none was granted, ms until the minimum can be granted, tokens left }
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local step = 1000 / ARGV[2]
local full = ARGV[1] * step
local stored = tonumber(redis.call('GET', KEYS[1]) or now)
-- Limits the stored time, because the clock might have stepped back, or the burst might have been
-- lowered.
local empty_at = math.max(now, math.min(stored, now + full))

local function store()
  redis.call('SET', KEYS[1], string.format('%.3f', empty_at), 'PX', math.ceil(empty_at - now) + 1)
end

local granted = math.min(tonumber(ARGV[3]), math.floor((now + full - empty_at) / step + 1e-6))
local least = tonumber(ARGV[4])
if granted < least then
  -- Stores the limited time. Otherwise the bucket would stay empty until the clock has caught up.
  if stored > empty_at then store() end
  return { 0, math.max(1, math.ceil(empty_at + least * step - full - now)), math.max(0, granted) }
end

empty_at = empty_at + granted * step
store()
return { granted, 0, math.floor((now + full - empty_at) / step + 1e-6) }
