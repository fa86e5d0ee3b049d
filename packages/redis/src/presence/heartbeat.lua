-- Records the heartbeat of a gateway and returns the live gateways.
--
-- KEYS
--   1 gateways
-- ARGV
--   1 gateway, or '' to read only
--   2 ms after which a silent gateway counts as gone
-- Reply
--   the live gateways
local now = clock()
if ARGV[1] ~= '' then redis.call('ZADD', KEYS[1], now, ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. whole(now - 3600000))
return redis.call('ZRANGEBYSCORE', KEYS[1], whole(now - ARGV[2]), '+inf')
