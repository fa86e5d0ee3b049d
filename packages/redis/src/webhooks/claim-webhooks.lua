-- Takes what a webhook endpoint is to be told now, for a while: what is not settled by then is due again.
--
-- KEYS  1 due, 2 events
-- ARGV  1 how many at most    2 ms for which they are taken
-- Reply for each: id, failed attempts and JSON text, with a blank between
local now = clock()
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', whole(now), 'LIMIT', 0, ARGV[1])
local taken = {}
for _, id in ipairs(ids) do
  local event = redis.call('HGET', KEYS[2], id)
  if event then
    redis.call('ZADD', KEYS[1], whole(now + ARGV[2]), id)
    taken[#taken + 1] = id
    taken[#taken + 1] = event
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
return taken
