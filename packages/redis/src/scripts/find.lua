-- Finds a message in a user's inbox, newest first.
--
-- KEYS  1 inbox, 2 recalled
-- ARGV  1 message id
-- Reply the event, 'recalled', or '' when the inbox does not hold it
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 'recalled' end

local start = '{"kind":"message","id":' .. ARGV[1] .. ','
local before = '+'
repeat
  local page = redis.call('XREVRANGE', KEYS[1], before, '-', 'COUNT', 50)
  for _, entry in ipairs(page) do
    if string.sub(entry[2][2], 1, #start) == start then return entry[2][2] end
    before = '(' .. entry[1]
  end
until #page == 0
return ''
