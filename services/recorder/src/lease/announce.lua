-- Adds a recorder to the live ones, removes silent ones, and counts the rest.
--
-- KEYS  1 recorders
-- ARGV  1 recorder
--       2 ms of silence after which a recorder counts as dead, or 0 to remove this recorder
-- Reply number of live recorders
local recorders = KEYS[1]
local recorder, silence = ARGV[1], tonumber(ARGV[2])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- A heartbeat with a later time was written before the clock was set back. Live recorders write
-- another one within a second.
redis.call('ZREMRANGEBYSCORE', recorders, string.format('(%.0f', now), '+inf')
if silence == 0 then
  redis.call('ZREM', recorders, recorder)
else
  redis.call('ZADD', recorders, string.format('%.0f', now), recorder)
  redis.call('ZREMRANGEBYSCORE', recorders, '-inf', string.format('%.0f', now - silence))
end
return redis.call('ZCARD', recorders)
