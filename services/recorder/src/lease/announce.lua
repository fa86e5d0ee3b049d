-- Notes that a recorder lives, forgets those that were silent too long, and counts.
--
-- KEYS  1 recorders
-- ARGV  1 recorder    2 ms of silence after which one counts as gone; 0 takes this one out
-- Reply how many live
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(ARGV[2]) == 0 then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[2]))
end
return redis.call('ZCARD', KEYS[1])
