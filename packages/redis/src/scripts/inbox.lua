-- Shared: an inbox is a stream whose ids are <epoch>-<offset>, offsets contiguous from 1.

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

-- Appends an event and publishes its frame; answers how many gateways heard it, and the epoch. An inbox that does not exist
-- begins with epoch `now`. `refresh` renews the time to live, to an hour more than `ttl` since callers may leave it out for an
-- hour; a new inbox gets one in any case. `hint` is the epoch as the caller remembers it, or '': it spares a look.
local function deliver(inbox, channel, event, now, length, ttl, refresh, hint)
  local id
  if hint ~= '' then
    -- Neither an inbox that is gone nor one that began later takes it.
    id = redis.pcall('XADD', inbox, 'NOMKSTREAM', 'MAXLEN', '~', length, hint .. '-*', 'e', event)
    if type(id) ~= 'string' then
      id = nil
    elseif string.sub(id, -2) == '-0' then
      -- The inbox is older than what the caller remembers: a server that had missed its new beginning took over.
      redis.call('XTRIM', inbox, 'MINID', hint .. '-1')
      id = redis.call('XADD', inbox, hint .. '-*', 'e', event)
    end
  end
  if not id then
    hint = place(inbox)
    if hint then
      id = redis.call('XADD', inbox, 'MAXLEN', '~', length, hint .. '-*', 'e', event)
    else
      hint = now
      id = redis.call('XADD', inbox, now .. '-1', 'e', event)
      refresh = true
    end
  end
  if refresh then redis.call('EXPIRE', inbox, ttl + 3600) end
  return redis.call('SPUBLISH', channel, '{"type":"event","cursor":"' .. id .. '","event":' .. event .. '}'), hint
end
