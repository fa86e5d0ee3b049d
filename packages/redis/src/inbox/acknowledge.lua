-- Stores the resume point of a device, the cursor at which it continues. Removes events that every
-- known device has acknowledged: in relay mode all of them, in mirror mode those that are already
-- in PostgreSQL, except the newest ones.
--
-- KEYS
--   1  cursors: hash: device -> '<epoch>-<offset>'
--   2  inbox
-- ARGV
--   1  device
--   2  epoch of the resume point
--   3  offset of the resume point
--   4  time to live of an inbox, in s
--   5  maximum number of devices
--   6  s after which a device that acknowledged nothing loses its resume point
--   7  'relay', or 'mirror'
--   8  mirror mode: Unix time in ms up to which everything is in PostgreSQL. 0 if unknown
--   9  mirror mode: number of newest events that stay in the inbox
--
-- Reply: 1, or 0 without a change if the resume point is after the last event of the inbox. A
-- device cannot have received such an event, and would miss the events up to it.
local cursors, inbox = KEYS[1], KEYS[2]
local device, epoch, offset = ARGV[1], ARGV[2], tonumber(ARGV[3])
local limits = read_limits(0, 0, 0, ARGV[4])
local most, device_ttl = tonumber(ARGV[5]), tonumber(ARGV[6])
local relay, recorded, tail = ARGV[7] == 'relay', tonumber(ARGV[8]), tonumber(ARGV[9])
local seconds = math.floor(clock() / 1000)

local current, last = last_id(inbox)
last = tonumber(last)
if current and (tonumber(epoch) > tonumber(current) or epoch == current and offset > last) then return 0 end

local index = inbox .. ':index'
if tonumber(redis.call('HGET', index, '@' .. device) or 0) < seconds - 14400 then
  redis.call('HSET', index, '@' .. device, whole(seconds))
  redis.call('EXPIRE', index, limits.ttl + 3600)
end

local function read(text)
  local stored_epoch, stored_offset = string.match(text, '^(%d+)-(%d+)$')
  return stored_epoch, tonumber(stored_offset)
end

local known = redis.call('HGET', cursors, device)
if known then
  local known_epoch, known_offset = read(known)
  -- Ignores a cursor that is not newer than the stored one.
  if known_epoch == epoch and known_offset >= offset then return 1 end
end
redis.call('HSET', cursors, device, epoch .. '-' .. ARGV[3])
redis.call('EXPIRE', cursors, ARGV[4])

if not current then return 1 end

-- Removes devices that acknowledged nothing for too long. If there are still too many devices,
-- removes the one with the oldest resume point, because it most likely never returns.
local devices = redis.call('HGETALL', cursors)
local count, furthest, least = 0, nil, nil
for i = 1, #devices, 2 do
  local their_epoch, their_offset = read(devices[i + 1])
  local at = redis.call('HGET', index, '@' .. devices[i])
  if at and tonumber(at) < seconds - device_ttl then
    redis.call('HDEL', cursors, devices[i])
    redis.call('HDEL', index, '@' .. devices[i])
  else
    count = count + 1
    if their_offset > end_of_epoch(inbox, their_epoch, current, last) then their_offset = 0 end
    if least == nil or their_offset < least then least, furthest = their_offset, devices[i] end
  end
end
if count > most then
  redis.call('HDEL', cursors, furthest)
  redis.call('HDEL', index, '@' .. furthest)
end

if not relay then least = math.min(least, last - tail) end
local first = first_offset(inbox, last)
if least < first or not relay and least - first < tail then return 1 end
local next_entry = entries_after(inbox, current, least, 1)[1]
if not relay then
  -- Removes the events only if the newest message among them is already in PostgreSQL.
  local before = next_entry and '(' .. next_entry[1] or '+'
  for _, entry in ipairs(redis.call('XREVRANGE', inbox, before, '-', 'COUNT', 100)) do
    local date = string.match(entry[2][2], '^{"kind":"message".-"date":(%d+)')
    if date then
      if tonumber(date) >= recorded then return 1 end
      break
    end
  end
end
redis.call('XTRIM', inbox, 'MINID', next_entry and next_entry[1] or current .. '-' .. whole(least + 1))
if not relay then note_loss(inbox, least, limits) end
return 1
