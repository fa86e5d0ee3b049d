-- Functions about inboxes that several scripts share. An inbox is a Redis stream of a user's
-- events, whose ids are <epoch>-<offset>.
--
-- Offsets are contiguous, even across epochs. A new epoch begins with the first event after the
-- bucket's generation has changed, because the bucket's server might have lost events that devices
-- have received. The first entry of an epoch has a field `p`: the last id of the previous epoch. A
-- cursor of an earlier epoch is valid up to that id.
--
-- <inbox>:index is a hash of the events that are not messages. It maps the merge key to the event's
-- '<id>', or to '<id> <message id>' for a mark. A newer event replaces the event with the same
-- merge key. The hash has more fields:
--   '!'  offset of the newest evicted event. A device with an older cursor has lost events
--   '#'  number of events that were replaced or evicted one by one. They leave gaps between offsets
--   '@<device>'  Unix time in s at which the device last acknowledged events, exact to a few hours
-- Scripts derive the key of the index from that of the inbox, which has the same hash tag. A plain
-- message does not use the index.

-- Number of events after which `deliver` checks the size of an inbox. Large events lead to an
-- earlier check.
local CHECK_EVERY = 32

-- Returns the limits of an inbox and the generation of its bucket. An inbox whose epoch is below
-- the generation gets a new epoch.
local function read_limits(generation, length, bytes, ttl)
  return {
    generation = tonumber(generation),
    length = tonumber(length),
    bytes = tonumber(bytes),
    ttl = tonumber(ttl),
  }
end

-- Returns the last id of an inbox as two strings, epoch and offset. Returns nil if the inbox does
-- not exist.
local function last_id(inbox)
  local last = redis.call('XREVRANGE', inbox, '+', '-', 'COUNT', 1)[1]
  local id = last and last[1]
  if not id then
    if redis.call('EXISTS', inbox) == 0 then return nil end
    -- All entries were removed. Reads the last id from the stream's metadata.
    local info = redis.call('XINFO', 'STREAM', inbox)
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' then id = info[i + 1] end
    end
  end
  return string.match(id, '^(%d+)-(%d+)$')
end

-- Returns the offset of the first entry. If the inbox has no entry, returns the offset after
-- `last`.
local function first_offset(inbox, last)
  local first = redis.call('XRANGE', inbox, '-', '+', 'COUNT', 1)[1]
  return first and tonumber(string.match(first[1], '%d+$')) or tonumber(last) + 1
end

-- Returns an epoch for a new inbox. Stores the epoch, so that the bucket's next generation is
-- greater.
local function new_epoch(inbox, now, limits)
  local epoch = whole(math.max(now, limits.generation))
  redis.call('SET', string.match(inbox, '^{%d+}') .. ':issued', epoch)
  return epoch
end

-- Creates an inbox without events. Returns its epoch.
local function create_inbox(inbox, now, limits)
  local epoch = new_epoch(inbox, now, limits)
  redis.call('XADD', inbox, epoch .. '-0', 'e', '')
  redis.call('XDEL', inbox, epoch .. '-0')
  redis.call('EXPIRE', inbox, limits.ttl + 3600)
  return epoch
end

-- Stores that all events up to an offset might have been evicted, so that devices with an older
-- cursor get the loss reported.
local function note_loss(inbox, offset, limits)
  local index = inbox .. ':index'
  local lost = tonumber(redis.call('HGET', index, '!') or 0)
  if offset > lost then redis.call('HSET', index, '!', whole(offset)) end
  redis.call('EXPIRE', index, limits.ttl + 3600)
end

-- Evicts the oldest entries, so that about `length` entries are left.
local function trim(inbox, length, limits)
  if redis.call('XTRIM', inbox, 'MAXLEN', '~', length) == 0 then return end
  local _, last = last_id(inbox)
  note_loss(inbox, first_offset(inbox, last) - 1, limits)
end

-- Evicts the oldest events that are not messages, until `keep` of them are left.
local function evict_others(inbox, keep, limits)
  local index = inbox .. ':index'
  local fields = redis.call('HGETALL', index)
  local events, gaps = {}, 0
  for i = 1, #fields, 2 do
    local id, offset = string.match(fields[i + 1], '^(%d+%-(%d+))')
    if id then events[#events + 1] = { fields[i], id, tonumber(offset) } end
    if fields[i] == '#' then gaps = tonumber(fields[i + 1]) end
  end
  table.sort(events, function(a, b) return a[3] < b[3] end)
  local lost = 0
  for i = 1, #events - keep do
    redis.call('HDEL', index, events[i][1])
    -- Counts only events that are still in the stream as lost. The others were trimmed earlier, or
    -- every device has acknowledged them.
    if redis.call('XDEL', inbox, events[i][2]) == 1 then
      lost = events[i][3]
      gaps = gaps + 1
    end
  end
  if lost == 0 then return end
  redis.call('HSET', index, '#', gaps)
  note_loss(inbox, lost, limits)
end

-- Rewrites the stream to free memory, because Redis does not free the memory of a removed entry
-- while other entries of its block exist.
local function compact(inbox)
  local epoch, offset = last_id(inbox)
  local ttl = redis.call('PTTL', inbox)
  local entries = redis.call('XRANGE', inbox, '-', '+')
  if #entries == 0 then return end
  redis.call('DEL', inbox)
  for _, entry in ipairs(entries) do redis.call('XADD', inbox, entry[1], unpack(entry[2])) end
  redis.call('XSETID', inbox, epoch .. '-' .. offset)
  if ttl > 0 then redis.call('PEXPIRE', inbox, ttl) end
end

-- Enforces the limits of an inbox. Messages are evicted only because of other messages. All other
-- events have a separate limit, and are evicted first if the inbox uses too many bytes.
local function bound(inbox, limits)
  local others = redis.call('HLEN', inbox .. ':index')
  if others > limits.length then
    others = math.floor(limits.length * 3 / 4)
    evict_others(inbox, others, limits)
  end
  if redis.call('XLEN', inbox) - others > limits.length then
    trim(inbox, whole(limits.length + others), limits)
  end

  local function used() return redis.call('MEMORY', 'USAGE', inbox, 'SAMPLES', 0) or 0 end
  if used() <= limits.bytes then return end
  local enough = limits.bytes * 3 / 4
  compact(inbox)
  if used() <= enough then return end
  evict_others(inbox, 0, limits)
  compact(inbox)
  local left = used()
  if left > enough then trim(inbox, whole(redis.call('XLEN', inbox) * enough / left), limits) end
end

local function is_check_due(offset, size)
  if size >= 16384 then return true end
  return offset % (size >= 2048 and CHECK_EVERY / 4 or CHECK_EVERY) == 0
end

-- Adds an event to the stream. Returns its id, its epoch, and 'inbox' or 'epoch' if it is the first
-- event of the inbox or of an epoch, otherwise false.
local function add(inbox, event, now, hint, limits)
  local is_behind = false
  if hint ~= '' and tonumber(hint) >= limits.generation then
    -- XADD fails if the inbox has expired or has a newer epoch.
    local id = redis.pcall('XADD', inbox, 'NOMKSTREAM', hint .. '-*', 'e', event)
    if type(id) == 'string' then
      if string.sub(id, -2) ~= '-0' then return id, hint, false end
      -- The inbox has an older epoch than the caller cached. Removes the entry and begins the
      -- cached epoch.
      is_behind = true
      redis.call('XDEL', inbox, id)
    end
  end
  local epoch, offset = last_id(inbox)
  if not epoch then
    epoch = new_epoch(inbox, now, limits)
    return redis.call('XADD', inbox, epoch .. '-1', 'e', event), epoch, 'inbox'
  end
  if tonumber(epoch) >= limits.generation and not is_behind then
    return redis.call('XADD', inbox, epoch .. '-*', 'e', event), epoch, false
  end
  local before = epoch .. '-' .. offset
  epoch = is_behind and hint or whole(math.max(now, limits.generation))
  local id = epoch .. '-' .. whole(offset + 1)
  return redis.call('XADD', inbox, id, 'e', event, 'p', before), epoch, 'epoch'
end

-- Adds an event that is not a message to the index. If it replaces an older event, removes that
-- event from the stream.
local function replace(inbox, id, merge, starts, limits)
  local index = inbox .. ':index'
  local key, value = string.match(merge, '^(%S+)( ?%d*)$')
  -- Stores the first event of an epoch under a key of its own, so that no newer event replaces it.
  -- Its entry contains the last id of the previous epoch.
  if starts == 'epoch' or key == 'o' then key, value = 'o' .. string.match(id, '%d+$'), '' end
  local known = redis.call('HMGET', index, key, '#')
  local before = known[1] and string.match(known[1], '^%S+')
  local added
  if before and redis.call('XDEL', inbox, before) == 1 then
    added = redis.call('HSET', index, key, id .. value, '#', whole((known[2] or 0) + 1))
  else
    added = redis.call('HSET', index, key, id .. value)
  end
  if added > 0 then redis.call('EXPIRE', index, limits.ttl + 3600) end
end

-- Returns whether the inbox already contains the same or a later mark of this kind and chat.
local function is_stale(inbox, merge)
  local key, value = string.match(merge, '^(%S+) (%d+)$')
  if not key then return false end
  local known = redis.call('HGET', inbox .. ':index', key)
  local newest = known and tonumber(string.match(known, ' (%d+)$'))
  return newest and newest >= tonumber(value) or false
end

-- Appends an event to an inbox and publishes its frame. Returns the number of gateways that
-- received the frame, the epoch, and the id.
--
--   merge    '' for a message, 'o' for an event that replaces no other. Otherwise the merge key,
--            for a mark followed by a blank and the message id
--   hint     the epoch that the caller cached, or ''. It saves a read
--   refresh  true to renew the time to live. The time to live is an hour longer than `ttl`, because
--            callers renew it at most once an hour. A new inbox always gets a time to live
local function deliver(inbox, channel, event, merge, now, hint, refresh, limits)
  if merge ~= '' and is_stale(inbox, merge) then return 0, hint end
  local id, epoch, starts = add(inbox, event, now, hint, limits)
  if merge ~= '' then replace(inbox, id, merge, starts, limits) end
  if refresh or starts then redis.call('EXPIRE', inbox, limits.ttl + 3600) end
  if is_check_due(tonumber(string.sub(id, #epoch + 2)), #event) then bound(inbox, limits) end
  local frame = '{"type":"event","cursor":"' .. id .. '","event":' .. event .. '}'
  return redis.call('SPUBLISH', channel, frame), epoch, id
end

-- Returns the first entry whose id is at least `id`, as a table of its fields.
local function entry_from(inbox, id, to)
  local entry = redis.call('XRANGE', inbox, id, to or '+', 'COUNT', 1)[1]
  if not entry then return nil end
  local fields = {}
  for i = 1, #entry[2], 2 do fields[entry[2][i]] = entry[2][i + 1] end
  return fields
end

local MAX_OFFSET = '18446744073709551615'

-- Returns the last offset up to which cursors of an epoch are valid. Returns -1 for an unknown
-- epoch.
local function end_of_epoch(inbox, epoch, current, last)
  if epoch == current then return last end
  local successor = entry_from(inbox, '(' .. epoch .. '-' .. MAX_OFFSET)
  local before, offset = string.match(successor and successor.p or '', '^(%d+)-(%d+)$')
  return before == epoch and tonumber(offset) or -1
end

-- Returns at most `most` entries after an offset of an epoch. The offset can also be in an earlier
-- epoch.
local function entries_after(inbox, epoch, offset, most)
  while true do
    local head = entry_from(inbox, epoch .. '-0', epoch .. '-' .. MAX_OFFSET)
    local before, last = string.match(head and head.p or '', '^(%d+)-(%d+)$')
    if not before or offset >= tonumber(last) then break end
    epoch = before
  end
  return redis.call('XRANGE', inbox, '(' .. epoch .. '-' .. whole(offset), '+', 'COUNT', most)
end

-- Returns the id of the newest entry whose event begins with the string `start`. Returns nil if
-- there is none. Reads backwards.
local function locate(inbox, start)
  local to = '+'
  repeat
    local page = redis.call('XREVRANGE', inbox, to, '-', 'COUNT', 50)
    for _, entry in ipairs(page) do
      if string.sub(entry[2][2], 1, #start) == start then return entry[1] end
      to = '(' .. entry[1]
    end
  until #page == 0
  return nil
end

-- Returns the position of an event that was delivered earlier and begins with `start`. If the inbox
-- does not contain the event any more, returns the position before the oldest entry.
local function position(inbox, start)
  local found = locate(inbox, start)
  if found then return found end
  local oldest = redis.call('XRANGE', inbox, '-', '+', 'COUNT', 1)[1]
  if oldest then
    local epoch, offset = string.match(oldest[1], '^(%d+)-(%d+)$')
    return epoch .. '-' .. whole(math.max(0, offset - 1))
  end
  local epoch, offset = last_id(inbox)
  return epoch and epoch .. '-' .. offset or '0-0'
end
