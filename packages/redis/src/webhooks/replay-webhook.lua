-- Queues a permanently failed event again, with its number of attempts reset to 0.
--
-- KEYS
--   1 due
--   2 events
--   3 dead
--   4 dead events
-- ARGV
--   1 id of the event
--   2 JSON text of the event
-- Reply
--   1, or 0 if the event is not among the failed events
if redis.call('HDEL', KEYS[4], ARGV[1]) == 0 then return 0 end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], '0 ' .. ARGV[2])
redis.call('ZADD', KEYS[1], whole(clock()), ARGV[1])
return 1
