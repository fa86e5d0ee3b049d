-- Gateways that were killed: they have been silent for long, and nobody has taken them off the list.
--
-- KEYS  1 gateways
-- ARGV  1 ms of silence
-- Reply the gateways
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', whole(clock() - ARGV[1]))
