-- Appends an event to inboxes of one bucket and publishes it.
--
-- KEYS  for each user: inbox, channel, online
-- ARGV  1 inbox length    2 inbox time to live in s    3 '' or the start of an event that must not be appended again: an inbox
--       that holds one is left alone    4 the event, then for each user after the first: the event, or '' for the same
-- Reply the places (from 1) of those users that are connected
local now = whole(clock())
local connected = {}
local event = ARGV[4]

-- Only what was half done is repeated with a start, so this reads back rarely.
local function holds(inbox, start)
  for _, entry in ipairs(redis.call('XREVRANGE', inbox, '+', '-')) do
    if string.sub(entry[2][2], 1, #start) == start then return true end
  end
  return false
end

for i = 1, #KEYS, 3 do
  local own = ARGV[4 + (i - 1) / 3]
  if own ~= nil and own ~= '' then event = own end
  if ARGV[3] == '' or not holds(KEYS[i], ARGV[3]) then
    deliver(KEYS[i], KEYS[i + 1], event, now, ARGV[1], ARGV[2], true)
  end
  if redis.call('EXISTS', KEYS[i + 2]) == 1 then connected[#connected + 1] = (i + 2) / 3 end
end
return connected
