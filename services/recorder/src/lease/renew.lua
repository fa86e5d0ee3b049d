-- Renews the lease of a bucket, or gives it back, if this recorder still holds it.
--
-- KEYS  1 lease
-- ARGV  1 recorder    2 ms to hold it from now; 0 gives it back
-- Reply 1 if it was held
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if tonumber(ARGV[2]) == 0 then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
