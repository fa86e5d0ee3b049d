-- Shared: an inbox is a stream whose ids are <epoch>-<offset>, offsets contiguous from 1.

-- Ms since 1970 at which this server took over, as the caller knows it; inboxes that began before
-- begin anew.
local since = 0

-- The epoch of an inbox and its last offset; nothing when it does not exist.
local function place(inbox)
  local last = redis.call('XREVRANGE', inbox, '+', '-', 'COUNT', 1)[1]
  local id = last and last[1]
  if not id then
    if redis.call('EXISTS', inbox) == 0 then return nil end
    -- All its entries were removed (relay mode): the stream still knows its last id.
    local info = redis.call('XINFO', 'STREAM', inbox)
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' then id = info[i + 1] end
    end
  end
  local epoch, offset = string.match(id, '^(%d+)-(%d+)$')
  return epoch, offset
end

-- The same, of an inbox that is no older than this server is master: one that is begins anew, with
-- all that it holds.
local function current(inbox, now, ttl)
  local epoch, offset = place(inbox)
  if not epoch or tonumber(epoch) >= since then return epoch, offset end
  local entries = redis.call('XRANGE', inbox, '-', '+')
  epoch = whole(math.max(tonumber(now), since))
  redis.call('DEL', inbox)
  redis.call('XADD', inbox, epoch .. '-0', 'e', '')
  redis.call('XDEL', inbox, epoch .. '-0')
  for i, entry in ipairs(entries) do redis.call('XADD', inbox, epoch .. '-' .. i, 'e', entry[2][2]) end
  redis.call('EXPIRE', inbox, ttl + 3600)
  return epoch, whole(#entries)
end

-- Appends an event and publishes its frame; returns how many gateways received it, the epoch, and
-- the stream id. An inbox that does not exist begins with epoch `now`. `refresh` renews the time to
-- live, to an hour more than `ttl` since callers may leave it out for an hour; a new inbox gets one
-- in any case. `hint` is the epoch as the caller remembers it, or '': it spares a look.
local function deliver(inbox, channel, event, now, length, ttl, refresh, hint)
  local id
  if hint ~= '' and tonumber(hint) >= since then
    -- Neither an inbox that is gone nor one that began later takes it.
    id = redis.pcall('XADD', inbox, 'NOMKSTREAM', 'MAXLEN', '~', length, hint .. '-*', 'e', event)
    if type(id) ~= 'string' then
      id = nil
    elseif string.sub(id, -2) == '-0' then
      -- The inbox is older than what the caller remembers: a server that had missed its new
      -- beginning took over.
      redis.call('XTRIM', inbox, 'MINID', hint .. '-1')
      id = redis.call('XADD', inbox, hint .. '-*', 'e', event)
    end
  end
  if not id then
    hint = current(inbox, now, ttl)
    if hint then
      id = redis.call('XADD', inbox, 'MAXLEN', '~', length, hint .. '-*', 'e', event)
    else
      hint = now
      id = redis.call('XADD', inbox, now .. '-1', 'e', event)
      refresh = true
    end
  end
  if refresh then redis.call('EXPIRE', inbox, ttl + 3600) end
  return redis.call('SPUBLISH', channel, '{"type":"event","cursor":"' .. id .. '","event":' .. event .. '}'), hint, id
end

-- The stream id of the newest entry that begins with `start`; nil if the inbox holds none. Reads
-- back entry by entry.
local function locate(inbox, start)
  local before = '+'
  repeat
    local page = redis.call('XREVRANGE', inbox, before, '-', 'COUNT', 50)
    for _, entry in ipairs(page) do
      if string.sub(entry[2][2], 1, #start) == start then return entry[1] end
      before = '(' .. entry[1]
    end
  until #page == 0
  return nil
end

-- The position of a copy that was delivered before. A copy that has left the inbox lies before the
-- oldest entry.
local function position(inbox, start)
  local found = locate(inbox, start)
  if found then return found end
  local oldest = redis.call('XRANGE', inbox, '-', '+', 'COUNT', 1)[1]
  if oldest then
    local epoch, offset = string.match(oldest[1], '^(%d+)-(%d+)$')
    return epoch .. '-' .. whole(math.max(0, offset - 1))
  end
  local epoch, offset = place(inbox)
  return epoch and epoch .. '-' .. offset or '0-0'
end
