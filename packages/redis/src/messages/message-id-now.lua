-- Returns an id that no message of a conversation exceeds so far, and that every later message will
-- exceed. To guarantee this even if the clock steps back, stores the id as the score of the member
-- '' until the conversation's next message.
--
-- KEYS
--   1  conversation
-- Reply
--   the id
local conversation = KEYS[1]

-- 2025-01-01 UTC, the origin of message ids.
local ORIGIN = 1735689600000
local last = tonumber(redis.call('ZRANGE', conversation, -1, -1, 'WITHSCORES')[2] or 0)
local now = clock()
local id = (now - ORIGIN) * 4096 - 1
if id <= last then return last end
redis.call('ZADD', conversation, whole(id), '')
redis.call('EXPIRE', conversation, 90000)
return id
