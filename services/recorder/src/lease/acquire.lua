-- Acquires a lease that is free, or whose holder stopped renewing it.
--
-- KEYS  1 lease
-- ARGV  1 new value
--       2 value that has not changed for the duration of a lease, or '' if the lease was free
--       3 time to live in ms: limits how long recorders of release 0.1 wait for a lease
-- Reply 1 if it was acquired
local lease = KEYS[1]
local value, expected, ttl = ARGV[1], ARGV[2], ARGV[3]

local current = redis.call('GET', lease)
if current and current ~= expected then return 0 end
redis.call('SET', lease, value, 'PX', ttl)
return 1
