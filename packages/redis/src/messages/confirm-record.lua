-- Returns which entries of a record stream exist. It also writes a key, so that the caller can wait
-- for replicas that have the entries.
--
-- KEYS
--   1  record stream
--   2  confirm
-- ARGV
--   1  id of the first entry
--   2  id of the last entry
-- Reply
--   1 if the last entry exists, and so all before it, else the ids that exist between both
local records, confirm = KEYS[1], KEYS[2]
local first, last = ARGV[1], ARGV[2]

redis.call('SET', confirm, '', 'PX', 1)
if #redis.call('XRANGE', records, last, last) == 1 then return 1 end
local ids = {}
for i, entry in ipairs(redis.call('XRANGE', records, first, last)) do ids[i] = entry[1] end
return ids
