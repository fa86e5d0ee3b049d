-- Appends events to inboxes of one bucket and publishes them.
--
-- KEYS
--   for each user: inbox, channel, online, left
-- ARGV
--   1  generation of the bucket
--   2  maximum number of events in an inbox
--   3  maximum bytes of an inbox
--   4  time to live of an inbox, in s
--   then for each user:
--   *  the event, or '' for the same event as the previous user
--   *  its merge key, 'o' for none, '' for a message
--   *  '-<group>' if the event ends the user's membership of a group, '+<group>' if it begins one,
--      else ''
-- Reply
--   the positions (from 1) in KEYS of the users who are connected
local limits = read_limits(ARGV[1], ARGV[2], ARGV[3], ARGV[4])
local now = clock()
local connected = {}
local event

for i = 1, #KEYS, 4 do
  local inbox, channel, online, left = KEYS[i], KEYS[i + 1], KEYS[i + 2], KEYS[i + 3]
  local arg = 5 + (i - 1) / 4 * 3
  local own, merge, membership = ARGV[arg], ARGV[arg + 1], ARGV[arg + 2]
  if own ~= '' then event = own end
  if membership ~= '' then
    local sign, group = string.sub(membership, 1, 1), string.sub(membership, 2)
    if sign == '+' then
      redis.call('HDEL', left, group)
    else
      redis.call('HSET', left, group, whole(now))
      redis.call('EXPIRE', left, 86400)
    end
  end
  local heard = deliver(inbox, channel, event, merge, now, '', true, limits)
  if heard > 0 and redis.call('EXISTS', online) == 1 then connected[#connected + 1] = (i + 3) / 4 end
end
return connected
