-- Finds a message in a user's inbox. Searches from the newest event to the oldest. Needs the
-- conversation, because message ids are unique only within a conversation.
--
-- KEYS
--   1  inbox
--   2  recalled
-- ARGV
--   1  message id
--   then the conversations that the message might belong to
-- Reply
--   the event, 'recalled' if the message was recalled, or '' if the inbox does not contain it
local inbox, recalled = KEYS[1], KEYS[2]
local id = ARGV[1]

local starts = {}
for i = 2, #ARGV do
  local conversation = ARGV[i]
  if redis.call('ZSCORE', recalled, conversation .. ':' .. id) then return 'recalled' end
  starts[#starts + 1] = '{"kind":"message","id":' .. id .. ',"conversation":"' .. conversation .. '",'
end

local before = '+'
repeat
  local page = redis.call('XREVRANGE', inbox, before, '-', 'COUNT', 50)
  for _, entry in ipairs(page) do
    for _, start in ipairs(starts) do
      if string.sub(entry[2][2], 1, #start) == start then return entry[2][2] end
    end
    before = '(' .. entry[1]
  end
until #page == 0
return ''
