-- Makes a connection the only one of its user: assigns the highest number and notifies all
-- gateways.
--
-- KEYS 1 fence 2 user channel ARGV 1 session 2 time to live in s Reply the number. It follows the
-- clock, so it also ascends when Redis lost the last one
local last = tonumber(string.match(redis.call('GET', KEYS[1]) or '', '^%d+') or 0)
local number = whole(math.max(last + 1, clock()))
redis.call('SET', KEYS[1], number .. ':' .. ARGV[1], 'EX', ARGV[2])
redis.call('SPUBLISH', KEYS[2], '!{"do":"fence","number":' .. number .. '}')
return tonumber(number)
