-- Appends an event to inboxes of one bucket and publishes it.
--
-- KEYS  for each user: inbox, channel, online
-- ARGV  1 inbox length    2 inbox time to live in s    3 ms since 1970 of the take-over, 0 for none
--       4 the event, then for each user after the first: the event, or '' for the same
-- Reply the places (from 1) of those users that are connected
since = tonumber(ARGV[3])
local now = whole(clock())
local connected = {}
local event

for i = 1, #KEYS, 3 do
  local own = ARGV[4 + (i - 1) / 3]
  if own ~= '' then event = own end
  local heard = deliver(KEYS[i], KEYS[i + 1], event, now, ARGV[1], ARGV[2], true, '')
  if heard > 0 and redis.call('EXISTS', KEYS[i + 2]) == 1 then connected[#connected + 1] = (i + 2) / 3 end
end
return connected
