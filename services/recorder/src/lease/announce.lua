-- Stores the heartbeat of a recorder, removes recorders without a recent heartbeat, and counts the
-- others.
--
-- KEYS  1 recorders
-- ARGV  1 recorder
--       2 ms without a heartbeat after which a recorder counts as dead, or 0 to remove this
--       recorder
-- Reply number of live recorders
local recorders = KEYS[1]
local recorder, silence = ARGV[1], tonumber(ARGV[2])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Also removes heartbeats from the future, which were written before the clock was set back. Live
-- recorders write a new heartbeat within a second.
redis.call('ZREMRANGEBYSCORE', recorders, string.format('(%.0f', now), '+inf')
if silence == 0 then
  redis.call('ZREM', recorders, recorder)
else
  redis.call('ZADD', recorders, string.format('%.0f', now), recorder)
  redis.call('ZREMRANGEBYSCORE', recorders, '-inf', string.format('%.0f', now - silence))
end
return redis.call('ZCARD', recorders)
