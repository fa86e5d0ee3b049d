-- Says what became of an attempt to tell a webhook endpoint something.
--
-- KEYS  1 due, 2 events, 3 dead, 4 dead events
-- ARGV  1 id    2 'done', 'again' or 'dead'
--       'again': 3 failed attempts    4 ms until the next
--       'dead': 3 why, JSON text that ends before the date    4 dead ones kept at most
-- Reply 1, or 0 if somebody else settled it meanwhile, and nothing changed
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

-- No two have the same date, so that a list of them can go on after one.
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
