-- Claims events of a webhook endpoint that are due. A claimed event whose outcome is not stored in
-- time becomes due again.
--
-- KEYS
--   1  due
--   2  events
-- ARGV
--   1  maximum number of events
--   2  ms until a claimed event is due again
-- Reply
--   for each event: its id, then the number of its failed attempts and its JSON text, separated by
--   a blank
local due, events = KEYS[1], KEYS[2]
local most, pause = ARGV[1], ARGV[2]

local now = clock()
local claimed = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', whole(now), 'LIMIT', 0, most)) do
  local event = redis.call('HGET', events, id)
  if event then
    redis.call('ZADD', due, whole(now + pause), id)
    claimed[#claimed + 1] = id
    claimed[#claimed + 1] = event
  else
    redis.call('ZREM', due, id)
  end
end
return claimed
