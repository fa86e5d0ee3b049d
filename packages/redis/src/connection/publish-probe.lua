-- Publishes a gateway's delivery probe the way messages are published.
--
-- KEYS  1 probe channel
-- ARGV  1 what to publish
-- Reply how many heard it
return redis.call('SPUBLISH', KEYS[1], ARGV[1])
