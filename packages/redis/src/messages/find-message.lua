-- Finds a message in a user's inbox, from the newest to the oldest. Ids are unique only within a
-- conversation.
--
-- KEYS 1 inbox 2 recalled ARGV 1 message id 2... conversations that the message may belong to Reply
-- the event, 'recalled', or '' if the inbox does not hold it
local starts = {}
for i = 2, #ARGV do
  if redis.call('ZSCORE', KEYS[2], ARGV[i] .. ':' .. ARGV[1]) then return 'recalled' end
  starts[#starts + 1] = '{"kind":"message","id":' .. ARGV[1] .. ',"conversation":"' .. ARGV[i] .. '",'
end

local before = '+'
repeat
  local page = redis.call('XREVRANGE', KEYS[1], before, '-', 'COUNT', 50)
  for _, entry in ipairs(page) do
    for _, start in ipairs(starts) do
      if string.sub(entry[2][2], 1, #start) == start then return entry[2][2] end
    end
    before = '(' .. entry[1]
  end
until #page == 0
return ''
