-- Tells which entries of a record stream are there. It writes, so that replicas can be waited for that have all of them.
--
-- KEYS  1 record stream, 2 confirm
-- ARGV  1 id of the first entry    2 of the last one
-- Reply 1 if the last one is there, and so all before it, else the ids of those between that are
redis.call('SET', KEYS[2], '', 'PX', 1)
if #redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2]) == 1 then return 1 end
local ids = {}
for i, entry in ipairs(redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2])) do ids[i] = entry[1] end
return ids
