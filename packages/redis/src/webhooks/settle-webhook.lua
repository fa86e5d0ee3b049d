-- Stores the outcome of a delivery attempt.
--
-- KEYS
--   1 due
--   2 events
--   3 dead
--   4 dead events
-- ARGV
--   1 id
--   2 'done', 'again' or 'dead'
--   'again': 3 failed attempts, 4 ms until the next attempt
--   'dead': 3 the reason, JSON text that ends before the date, 4 maximum number of dead events
-- Reply
--   1, or 0 without a change if another worker has already stored the outcome
local event = redis.call('HGET', KEYS[2], ARGV[1])
if not event then return 0 end
local now = clock()

if ARGV[2] == 'again' then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3] .. string.match(event, ' .*'))
  redis.call('ZADD', KEYS[1], whole(now + ARGV[4]), ARGV[1])
  return 1
end

redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[1], ARGV[1])
if ARGV[2] == 'done' then return 1 end

-- Ensures that the dates of failed events are unique, so that a page of the list can begin after a
-- date.
local last = tonumber(redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')[2] or 0)
local date = whole(math.max(now, last + 1))
redis.call('ZADD', KEYS[3], date, ARGV[1])
redis.call('HSET', KEYS[4], ARGV[1], ARGV[3] .. date .. ',"event":' .. string.match(event, ' (.*)') .. '}')
local surplus = redis.call('ZCARD', KEYS[3]) - ARGV[4]
if surplus > 0 then
  local oldest = redis.call('ZPOPMIN', KEYS[3], surplus)
  for i = 1, #oldest, 2 do redis.call('HDEL', KEYS[4], oldest[i]) end
end
return 1
