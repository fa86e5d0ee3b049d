-- Delivers a message to participants in another bucket than its home: once, and after the message
-- before it.
--
-- KEYS  1 arrived, then for each participant: inbox, channel, online
-- ARGV  1 message id    2 id of the message that must have arrived before, or 0    3 event, without the brace
--       4 ref as JSON text    5 which participant is the sender (from 1; 0: none of them)
--       6 inbox length    7 inbox time to live in s    8 ms since 1970 of the take-over, 0 for none
-- Reply { 1 if another participant is connected, else 0; position of the sender's own copy, '' if the sender is elsewhere };
--       'early' if the message before has not arrived, and nothing was done
since = tonumber(ARGV[8])
local id = tonumber(ARGV[1])
local last = tonumber(redis.call('GET', KEYS[1]) or 0)
if last < tonumber(ARGV[2]) then return 'early' end

-- A resend, or a message that others no longer waited for; rare, so it may read back.
local start = string.match(ARGV[3], '^{"kind":"message","id":%d+,"conversation":"[^"]+",')
local now = whole(clock())
local sender = tonumber(ARGV[5])
local others = 0
local at = ''
for i = 2, #KEYS, 3 do
  local own = (i + 1) / 3 == sender
  local heard = 1
  local found = id <= last and locate(KEYS[i], start)
  if not found then
    local event = own and ARGV[3] .. ',"ref":' .. ARGV[4] .. '}' or ARGV[3] .. '}'
    local epoch
    heard, epoch, found = deliver(KEYS[i], KEYS[i + 1], event, now, ARGV[6], ARGV[7], true, '')
  end
  if own then at = found end
  if not own and others == 0 and heard > 0 and redis.call('EXISTS', KEYS[i + 2]) == 1 then others = 1 end
end
if id > last then redis.call('SET', KEYS[1], ARGV[1], 'EX', 90000) end
return { others, at }
