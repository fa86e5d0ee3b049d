-- Says how many connections of a user a gateway holds, now that there is a new one, or again after Redis was away.
--
-- KEYS  1 online, 2 revoked, 3 presence channel
-- ARGV  1 user    2 gateway    3 its connections of the user    4 session of the new one, or '' for none
--       5 connections at most    6 time to live in s    7... the live gateways
-- Reply 'ok', 'revoked' or 'too-many'; only 'ok' changed anything
if ARGV[4] ~= '' and redis.call('ZSCORE', KEYS[2], ARGV[4]) then return 'revoked' end

local live = {}
for i = 7, #ARGV do live[ARGV[i]] = true end
live[ARGV[2]] = nil

local others, before, stale = 0, 0, {}
local counts = redis.call('HGETALL', KEYS[1])
for i = 1, #counts, 2 do
  if counts[i] == ARGV[2] then
    before = tonumber(counts[i + 1])
  elseif live[counts[i]] then
    others = others + tonumber(counts[i + 1])
  else
    stale[#stale + 1] = counts[i]
  end
end
if others + ARGV[3] > tonumber(ARGV[5]) and ARGV[4] ~= '' then return 'too-many' end

for _, gateway in ipairs(stale) do redis.call('HDEL', KEYS[1], gateway) end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[6])
if others + before == 0 then
  redis.call('SPUBLISH', KEYS[3], '{"type":"presence","user":' .. ARGV[1] .. ',"online":true,"lastSeen":null}')
end
return 'ok'
