-- Makes a connection the only one of its user: assigns it a higher number than all before and
-- notifies all gateways, which close the user's other connections.
--
-- KEYS
--   1  fence
--   2  user channel
-- ARGV
--   1  session of the connection
--   2  time to live in s
-- Reply
--   the assigned number. It is at least the clock, so that it ascends even if Redis lost the last
--   number
local fence, channel = KEYS[1], KEYS[2]
local session, ttl = ARGV[1], ARGV[2]

local last = tonumber(string.match(redis.call('GET', fence) or '', '^%d+') or 0)
local number = whole(math.max(last + 1, clock()))
redis.call('SET', fence, number .. ':' .. session, 'EX', ttl)
redis.call('SPUBLISH', channel, '!{"do":"fence","number":' .. number .. '}')
return tonumber(number)
