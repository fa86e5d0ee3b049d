-- Returns an id that no message of a conversation exceeds so far, and that every later message will
-- exceed.
--
-- KEYS
--   1  conversation
-- Reply
--   the id
local conversation = KEYS[1]

-- 2025-01-01 UTC, the origin of message ids.
local ORIGIN = 1735689600000
local last = tonumber(redis.call('ZRANGE', conversation, -1, -1, 'WITHSCORES')[2] or 0)
return math.max(last, (clock() - ORIGIN) * 4096 - 1)
