-- Claims events of a webhook endpoint that are due. An event that is not settled in time is due
-- again.
--
-- KEYS 1 due 2 events ARGV 1 maximum of events 2 ms until a claimed event is due again Reply for
-- each event: its id, then its failed attempts and JSON text, separated by a blank
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
