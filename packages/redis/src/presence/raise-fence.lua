-- Makes a connection the only one of its user: assigns the highest number and notifies all
-- gateways.
--
-- KEYS
--   1  fence
--   2  user channel
-- ARGV
--   1  session
--   2  time to live in s
-- Reply
--   the number. It follows the clock, so it also ascends when Redis lost the last one
local fence, channel = KEYS[1], KEYS[2]
local session, ttl = ARGV[1], ARGV[2]

local last = tonumber(string.match(redis.call('GET', fence) or '', '^%d+') or 0)
local number = whole(math.max(last + 1, clock()))
redis.call('SET', fence, number .. ':' .. session, 'EX', ttl)
redis.call('SPUBLISH', channel, '!{"do":"fence","number":' .. number .. '}')
return tonumber(number)
