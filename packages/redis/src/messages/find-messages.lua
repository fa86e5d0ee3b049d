-- Finds out which messages of a conversation a user's inbox lacks.
--
-- KEYS
--   1 inbox
--   2 recalled
-- ARGV
--   1 conversation
--   2... message ids
-- Reply
--   the ids of the messages that the inbox does not contain
local missing, count = {}, 0
for i = 2, #ARGV do
  if not redis.call('ZSCORE', KEYS[2], ARGV[1] .. ':' .. ARGV[i]) then
    missing[ARGV[i]] = true
    count = count + 1
  end
end

local before = '+'
while count > 0 do
  local page = redis.call('XREVRANGE', KEYS[1], before, '-', 'COUNT', 50)
  if #page == 0 then break end
  for _, entry in ipairs(page) do
    local id, conversation = string.match(entry[2][2], '^{"kind":"message","id":(%d+),"conversation":"([^"]+)",')
    if id and conversation == ARGV[1] and missing[id] then
      missing[id] = nil
      count = count - 1
    end
    before = '(' .. entry[1]
  end
end
local ids = {}
for id in pairs(missing) do ids[#ids + 1] = id end
return ids
