-- Returns an id that no message of a conversation exceeds so far, and that every later message will
-- exceed.
--
-- KEYS 1 conversation Reply the id
local last = tonumber(redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] or 0)
-- 2025-01-01 UTC, the start of message ids.
return math.max(last, (clock() - 1735689600000) * 4096 - 1)
