-- Returns which entries of a record stream exist. Also writes a key, because a replica that
-- confirms this write has all earlier writes, and therefore the entries.
--
-- KEYS
--   1  record stream
--   2  confirm: the key to write
-- ARGV
--   1  id of the first entry
--   2  id of the last entry
-- Reply
--   1 if the last entry exists, because all entries before it then exist too. Otherwise the ids of
--   the entries that exist between both
local records, confirm = KEYS[1], KEYS[2]
local first, last = ARGV[1], ARGV[2]

redis.call('SET', confirm, '', 'PX', 1)
if #redis.call('XRANGE', records, last, last) == 1 then return 1 end
local ids = {}
for i, entry in ipairs(redis.call('XRANGE', records, first, last)) do ids[i] = entry[1] end
return ids
