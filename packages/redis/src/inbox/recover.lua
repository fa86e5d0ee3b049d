-- Reads a page of an inbox after a cursor. Creates the inbox if it does not exist, so that the
-- caller always gets a cursor.
--
-- KEYS
--   1  inbox
--   2  cursors
--   3  recalled
-- ARGV
--   1  epoch of the cursor, '' for the device's resume point, 'latest' for the end of the inbox
--   2  offset of the cursor
--   3  device
--   4  maximum number of events
--   5  generation of the bucket
--   6  time to live of an inbox, in s
--   7  1 for mirror mode, 0 for relay mode
--   8  offset up to which the caller has already reported a loss to this connection
-- Reply
--   { 1 if no event is missing, epoch, offset before the first event, last offset,
--     offset of the last missing event, offset, event, offset, event, ... }
--   The offset of a recalled message is negative. If events are missing, the reply contains the
--   events after the cursor that the inbox still has. It skips the offsets of events that newer
--   events replaced.
local inbox, cursors, recalled = KEYS[1], KEYS[2], KEYS[3]
local wanted, offset, device, most = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local limits = read_limits(ARGV[5], 0, 0, ARGV[6])
local mirror = ARGV[7] == '1'
local reported = tonumber(ARGV[8])

local epoch, last = last_id(inbox)
if not epoch then
  epoch, last = create_inbox(inbox, clock(), limits), 0
end
last = tonumber(last)
if wanted == 'latest' then return { 1, tonumber(epoch), last, last, 0 } end

local index = inbox .. ':index'
local first = first_offset(inbox, last)
local noted = redis.call('HMGET', index, '!', '#')
local lost, gaps = tonumber(noted[1] or 0), tonumber(noted[2] or 0)

if wanted == '' then
  local stored = redis.call('HGET', cursors, device)
  if stored then
    wanted, offset = string.match(stored, '^(%d+)-(%d+)')
    offset = tonumber(offset)
  else
    wanted, offset = epoch, 0
  end
end

local recovered = 1
if end_of_epoch(inbox, wanted, epoch, last) < offset then
  recovered = 0
  offset = first - 1
elseif offset < lost and lost > reported then
  recovered = 0
  offset = math.max(offset, first - 1)
elseif offset + 1 < first then
  -- The first events were removed. In mirror mode, newer events might have replaced them, which is
  -- no loss. In relay mode, every known device has acknowledged them, so they are a loss only for
  -- an unknown device.
  if mirror and first - 1 - offset > gaps then recovered = 0 end
  if not mirror and ARGV[1] ~= '' and redis.call('HEXISTS', cursors, device) == 0 then recovered = 0 end
  offset = first - 1
end
-- Stores a cursor for the device, so that the inbox keeps the events that the device has not
-- acknowledged. In mirror mode, a device that lost events gets a stored cursor only when it
-- acknowledges.
if (recovered == 1 or not mirror) and redis.call('HEXISTS', cursors, device) == 0 then
  redis.call('HSET', cursors, device, epoch .. '-' .. whole(offset))
  redis.call('EXPIRE', cursors, ARGV[6])
end

local recalls = redis.call('EXISTS', recalled) == 1
local reply = { recovered, tonumber(epoch), offset, last, lost }
for _, entry in ipairs(entries_after(inbox, epoch, offset, most)) do
  local event = entry[2][2]
  local position = tonumber(string.match(entry[1], '%d+$'))
  if recalls then
    local id, conversation = string.match(event, '^{"kind":"message","id":(%d+),"conversation":"([^"]+)"')
    if id and redis.call('ZSCORE', recalled, conversation .. ':' .. id) then position = -position end
  end
  reply[#reply + 1] = position
  reply[#reply + 1] = event
end
return reply
