-- Acquires a lease that is free, or that its holder no longer renews.
--
-- KEYS  1 lease
-- ARGV  1 new value of the lease
--       2 value that the lease has had unchanged for the duration of a lease, or '' if it was free
--       3 time to live in ms, which limits how long recorders of release 0.1 wait for a lease
-- Reply 1 if the lease was acquired, else 0
local lease = KEYS[1]
local value, expected, ttl = ARGV[1], ARGV[2], ARGV[3]

local current = redis.call('GET', lease)
if current and current ~= expected then return 0 end
redis.call('SET', lease, value, 'PX', ttl)
return 1
