-- Renews the lease of a bucket, or releases it, if this recorder still holds it.
--
-- KEYS  1 lease
-- ARGV  1 recorder
--       2 new value, `<recorder>:<turn>`, or '' to release the lease
--       3 time to live in ms
-- Reply 1 if the recorder held the lease
local lease = KEYS[1]
local recorder, value, ttl = ARGV[1], ARGV[2], ARGV[3]

local current = redis.call('GET', lease)
if not current or string.sub(current, 1, #recorder + 1) ~= recorder .. ':' then return 0 end
if value == '' then
  redis.call('DEL', lease)
else
  redis.call('SET', lease, value, 'PX', ttl)
end
return 1
