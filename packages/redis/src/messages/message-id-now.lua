-- Where a conversation stands: no message so far has a greater id, and every later one will.
--
-- KEYS  1 conversation
-- Reply the id
local last = tonumber(redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] or 0)
-- 2025-01-01 UTC, as in the protocol's ids.
return math.max(last, (clock() - 1735689600000) * 4096 - 1)
