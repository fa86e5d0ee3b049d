-- Raises the permit fence of two users: their messages are accepted only with permits that were
-- read from now on.
--
-- KEYS
--   1  permit fence
-- ARGV
--   1  time to live in s
-- Reply
--   the number. It follows the clock, so that it also ascends when the last one expired
local last = tonumber(redis.call('GET', KEYS[1]) or 0)
local number = math.max(last + 1, clock())
redis.call('SET', KEYS[1], whole(number), 'EX', ARGV[1])
return number
