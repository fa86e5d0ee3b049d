-- Stores the heartbeat of a gateway and returns the live gateways.
--
-- KEYS
--   1 gateways
-- ARGV
--   1 gateway, or '' to store no heartbeat
--   2 ms without a heartbeat after which a gateway counts as dead
-- Reply
--   the live gateways
local now = clock()
if ARGV[1] ~= '' then redis.call('ZADD', KEYS[1], now, ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. whole(now - 3600000))
return redis.call('ZRANGEBYSCORE', KEYS[1], whole(now - ARGV[2]), '+inf')
