-- Reads an inbox after a cursor, a page at a time. An inbox that does not exist begins here, so
-- that there is a cursor.
--
-- KEYS 1 inbox, 2 cursors, 3 recalled ARGV 1 epoch ('' : none given, 'latest') 2 offset 3 device 4
-- events at most 5 inbox time to live in s
--       6 ms since 1970 of the take-over, 0 for none
--       7 1: gaps at the start of the inbox are loss (mirror), 0: they were acknowledged (relay)
-- Reply { 1 if nothing is missing, epoch, offset before the first event, last offset, offset,
-- event, offset, event, ... };
--       the offset of a message that was taken back is negative
--       With a gap, another epoch or an offset that is still to come, all that the inbox holds follows.
since = tonumber(ARGV[6])
local epoch, last = current(KEYS[1], clock(), ARGV[5])
if not epoch then
  epoch = whole(clock())
  last = 0
  redis.call('XADD', KEYS[1], epoch .. '-0', 'e', '')
  redis.call('XDEL', KEYS[1], epoch .. '-0')
  redis.call('EXPIRE', KEYS[1], ARGV[5] + 3600)
end
last = tonumber(last)

local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
first = first and tonumber(string.match(first[1], '%d+$')) or last + 1

local wanted, offset = ARGV[1], tonumber(ARGV[2])
if wanted == 'latest' then
  return { 1, tonumber(epoch), last, last }
end
if wanted == '' then
  local stored = redis.call('HGET', KEYS[2], ARGV[3])
  if stored then
    wanted, offset = string.match(stored, '^(%d+)-(%d+)$')
    offset = tonumber(offset)
  else
    wanted, offset = epoch, 0
    -- What comes from now on stays until this device has it.
    if ARGV[7] == '0' then redis.call('HSET', KEYS[2], ARGV[3], epoch .. '-' .. whole(first - 1)) end
  end
end

local recovered = 1
if wanted ~= epoch or offset > last or (offset + 1 < first and ARGV[7] == '1') then
  recovered = 0
  offset = first - 1
elseif offset + 1 < first then
  offset = first - 1
end

local recalls = redis.call('EXISTS', KEYS[3]) == 1
local reply = { recovered, tonumber(epoch), offset, last }
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. epoch .. '-' .. whole(offset), '+', 'COUNT', ARGV[4])) do
  local event = entry[2][2]
  local place = tonumber(string.match(entry[1], '%d+$'))
  if recalls then
    local id, conversation = string.match(event, '^{"kind":"message","id":(%d+),"conversation":"([^"]+)"')
    if id and redis.call('ZSCORE', KEYS[3], conversation .. ':' .. id) then place = -place end
  end
  reply[#reply + 1] = place
  reply[#reply + 1] = event
end
return reply
