-- Counts a new connection of a user.
--
-- KEYS  1 online, 2 revoked, 3 presence channel
-- ARGV  1 user    2 gateway    3 session    4 connections at most    5 time to live in s    6... the live gateways
-- Reply { 'ok', connections of the user, 1 if it is the first } or { 'revoked' } or { 'too-many', connections }
if redis.call('ZSCORE', KEYS[2], ARGV[3]) then return { 'revoked' } end

local live = { [ARGV[2]] = true }
for i = 6, #ARGV do live[ARGV[i]] = true end

local total, stale = 0, {}
local counts = redis.call('HGETALL', KEYS[1])
for i = 1, #counts, 2 do
  if live[counts[i]] then
    total = total + tonumber(counts[i + 1])
  else
    stale[#stale + 1] = counts[i]
  end
end
if total >= tonumber(ARGV[4]) then return { 'too-many', total } end

for _, gateway in ipairs(stale) do redis.call('HDEL', KEYS[1], gateway) end
redis.call('HINCRBY', KEYS[1], ARGV[2], 1)
redis.call('EXPIRE', KEYS[1], ARGV[5])
if total == 0 then
  redis.call('SPUBLISH', KEYS[3], '{"type":"presence","user":' .. ARGV[1] .. ',"online":true,"lastSeen":null}')
end
return { 'ok', total + 1, total == 0 and 1 or 0 }
