-- Acquires, renews or releases a lock.
--
-- KEYS 1 key of the lock
-- ARGV 1 id of the holder 2 duration in ms from now, or 0 to release the lock
-- Reply 1, or 0 if another holder has the lock
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
