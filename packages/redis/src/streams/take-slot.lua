-- Counts a stream that a user opens, unless the user has too many open streams.
--
-- KEYS
--   1  open streams of the user
-- ARGV
--   1  name of the stream's slot
--   2  maximum ms for which the stream can be open
--   3  maximum number of open streams
-- Reply
--   1  if the stream is counted, now or by an earlier call, otherwise 0
local now = clock()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now))
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 1 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], whole(now + ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
