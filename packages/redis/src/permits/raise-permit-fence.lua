-- Raises the permit fence of two users, a number that `accept.lua` compares. From then on, messages
-- between them are accepted only if the gateway has read the permit after the fence was raised.
--
-- KEYS
--   1  permit fence
-- ARGV
--   1  time to live in s
-- Reply
--   the new number. It is at least the clock, so that it ascends even if the last number has
--   expired
local last = tonumber(redis.call('GET', KEYS[1]) or 0)
local number = math.max(last + 1, clock())
redis.call('SET', KEYS[1], whole(number), 'EX', ARGV[1])
return number
