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

-- Appends an event and publishes its frame; answers how many gateways heard it. An inbox that does not exist begins
-- with epoch `now`. `refresh` renews the time to live, to an hour more than `ttl` since callers may leave it out for an hour;
-- a new inbox gets one in any case.
local function deliver(inbox, channel, event, now, length, ttl, refresh)
  local last = redis.call('XREVRANGE', inbox, '+', '-', 'COUNT', 1)[1]
  local epoch = last and string.match(last[1], '^%d+') or place(inbox)
  local id
  if epoch then
    id = redis.call('XADD', inbox, 'MAXLEN', '~', length, epoch .. '-*', 'e', event)
  else
    id = redis.call('XADD', inbox, now .. '-1', 'e', event)
    refresh = true
  end
  if refresh then redis.call('EXPIRE', inbox, ttl + 3600) end
  return redis.call('SPUBLISH', channel, '{"type":"event","cursor":"' .. id .. '","event":' .. event .. '}')
end
