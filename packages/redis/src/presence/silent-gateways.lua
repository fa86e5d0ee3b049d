-- Returns killed gateways: silent for long and still on the list.
--
-- KEYS
--   1 gateways
-- ARGV
--   1 ms of silence
-- Reply
--   the gateways
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', whole(clock() - ARGV[1]))
