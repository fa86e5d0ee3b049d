-- Sets the number of connections that a user still has at a gateway after one of them closed.
--
-- KEYS
--   1 online
--   2 seen
--   3 presence channel
--   4 focus
-- ARGV
--   1 user
--   2 gateway
--   3 number of the user's remaining connections at this gateway
--   4 time to live of the last-seen date in s
--   5 number of live gateways, then the live gateways, then the dead ones
-- Reply
--   1 if the user has no connection any more, otherwise 0
--   without a change: the counted gateways of which the caller must find out whether they are live
if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 0 then return 0 end
if tonumber(ARGV[3]) > 0 then
  redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
  return 0
end

local others, _, gone, unknown = survey(KEYS[1], ARGV[2], 5)
if #unknown > 0 then return unknown end
redis.call('HDEL', KEYS[1], ARGV[2], unpack(gone))
redis.call('HDEL', KEYS[4], ARGV[2], unpack(gone))
if others > 0 then return 0 end

local now = whole(clock())
redis.call('SET', KEYS[2], now, 'EX', ARGV[4])
redis.call('SPUBLISH', KEYS[3], '{"type":"presence","user":' .. ARGV[1] .. ',"online":false,"lastSeen":' .. now .. '}')
return 1
