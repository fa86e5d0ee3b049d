-- Finds out whether this server took the place of another, which may have published events that
-- this one never got. Inboxes that began before that are then to begin anew: otherwise other events
-- would take the places of those, unseen by devices that are past them. In a cluster a bucket may
-- also have moved here. Its inboxes go on, unless this server ever took over: then they begin anew
-- to be safe.
--
-- KEYS 1 server ARGV 1 replication id 2 replication id of the master it was a replica of; zeros for
-- none Reply ms since 1970 of the last take-over, 0 if there was none
local known = redis.call('HGET', KEYS[1], 'id')
if known ~= ARGV[1] then
  redis.call('HSET', KEYS[1], 'id', ARGV[1])
  if known and string.match(ARGV[2], '[^0]') then redis.call('HSET', KEYS[1], 'since', whole(clock())) end
end
return tonumber(redis.call('HGET', KEYS[1], 'since') or 0)
