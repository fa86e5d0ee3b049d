-- Notes how far a device has everything. In relay mode what all known devices have leaves the
-- inbox.
--
-- KEYS 1 cursors, 2 inbox ARGV 1 device 2 epoch 3 offset 4 time to live in s 5 devices at most 6 1:
-- relay
local function split(cursor)
  local epoch, offset = string.match(cursor, '^(%d+)-(%d+)$')
  return epoch, tonumber(offset)
end

local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then
  local epoch, offset = split(known)
  if epoch == ARGV[2] and offset >= tonumber(ARGV[3]) then return end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. '-' .. ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])

local devices = redis.call('HGETALL', KEYS[1])
local furthest, least
for i = 1, #devices, 2 do
  local epoch, offset = split(devices[i + 1])
  if epoch ~= ARGV[2] then offset = 0 end
  if least == nil or offset < least then
    least = offset
    furthest = devices[i]
  end
end
-- The one furthest behind is the one that most likely never comes back.
if #devices / 2 > tonumber(ARGV[5]) then redis.call('HDEL', KEYS[1], furthest) end
if ARGV[6] == '1' and least > 0 then redis.call('XTRIM', KEYS[2], 'MINID', ARGV[2] .. '-' .. string.format('%.0f', least + 1)) end
