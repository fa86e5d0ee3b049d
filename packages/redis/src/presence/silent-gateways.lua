-- Returns killed gateways, which sent no heartbeat for a long time and are still on the list.
--
-- KEYS
--   1 gateways
-- ARGV
--   1 ms without a heartbeat after which a gateway counts as killed
-- Reply
--   the killed gateways
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', whole(clock() - ARGV[1]))
