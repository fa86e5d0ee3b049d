-- Delivers a message to its participants in a bucket other than the home bucket of its
-- conversation. Delivers it only once, and only after the conversation's previous message.
--
-- KEYS
--   1  arrived
--   then for each participant: inbox, channel, online, left
-- ARGV
--   1  generation of the bucket
--   2  maximum number of events in an inbox
--   3  maximum bytes of an inbox
--   4  time to live of an inbox, in s
--   5  message id
--   6  id of the previous message, which must be delivered already, or 0
--   7  event as JSON text without the closing brace
--   8  ref as JSON text
--   9  position (from 1) of the sender among the participants, 0 for none
--   10 id of the group, or ''
-- Reply
--   { 1 if another participant is connected, else 0,
--     position of the sender's own copy, '' if it is elsewhere }
--   'early', without a change, if the previous message is not delivered yet
local arrived = KEYS[1]
local limits = read_limits(ARGV[1], ARGV[2], ARGV[3], ARGV[4])
local id, before, event, ref = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], ARGV[8]
local sender, group = tonumber(ARGV[9]), ARGV[10]
local last = tonumber(redis.call('GET', arrived) or 0)
if last < before then return 'early' end

local start = string.match(event, '^{"kind":"message","id":%d+,"conversation":"[^"]+",')

-- Returns whether a user left the group after the message was accepted. Such a user gets no message
-- after their `removed` event.
local function has_left(left)
  return group ~= '' and redis.call('HEXISTS', left, group) == 1
end

local now = clock()
local others = 0
local at = ''
for i = 2, #KEYS, 4 do
  local inbox, channel, online, left = KEYS[i], KEYS[i + 1], KEYS[i + 2], KEYS[i + 3]
  local own = (i + 2) / 4 == sender
  local heard = 1
  if has_left(left) then
    heard = 0
  else
    local found = id <= last and locate(inbox, start)
    if not found then
      local text = own and event .. ',"ref":' .. ref .. '}' or event .. '}'
      local epoch
      heard, epoch, found = deliver(inbox, channel, text, '', now, '', true, limits)
    end
    if own then at = found end
  end
  if not own and others == 0 and heard > 0 and is_online(online, group ~= '') then others = 1 end
end
if id > last then redis.call('SET', arrived, whole(id), 'EX', 90000) end
return { others, at }
