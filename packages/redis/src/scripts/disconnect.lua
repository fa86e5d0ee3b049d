-- Says how many connections of a user a gateway still holds, now that one is gone.
--
-- KEYS  1 online, 2 seen, 3 presence channel
-- ARGV  1 user    2 gateway    3 its connections of the user    4 time to live of the last-seen date in s
--       5... the live gateways
-- Reply 1 if it was the user's last connection, else 0
if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 0 then return 0 end
if tonumber(ARGV[3]) > 0 then
  redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[2])

local live = {}
for i = 5, #ARGV do live[ARGV[i]] = true end
for _, gateway in ipairs(redis.call('HKEYS', KEYS[1])) do
  if live[gateway] then return 0 end
  redis.call('HDEL', KEYS[1], gateway)
end

local now = whole(clock())
redis.call('SET', KEYS[2], now, 'EX', ARGV[4])
redis.call('SPUBLISH', KEYS[3], '{"type":"presence","user":' .. ARGV[1] .. ',"online":false,"lastSeen":' .. now .. '}')
return 1
