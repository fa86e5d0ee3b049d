-- Says how many connections of a user a gateway holds, now that there is a new one, or again after Redis was away.
--
-- KEYS  1 online, 2 revoked, 3 presence channel
-- ARGV  1 user    2 gateway    3 its connections of the user    4 session of the new one, or '' for none
--       5 connections at most    6 time to live in s    7 how many gateways live, then these, then gateways that are gone
-- Reply 'ok', or 'first' when the user was offline; else nothing changed: 'revoked', 'too-many', or the counted gateways of
--       which it was not said
if ARGV[4] ~= '' and redis.call('ZSCORE', KEYS[2], ARGV[4]) then return 'revoked' end

local others, before, gone, unknown = survey(KEYS[1], ARGV[2], 7)
if #unknown > 0 then return unknown end
if others + ARGV[3] > tonumber(ARGV[5]) and ARGV[4] ~= '' then return 'too-many' end

-- They went while it was asked about the others.
if ARGV[3] == '0' then return 'ok' end

for _, gateway in ipairs(gone) do redis.call('HDEL', KEYS[1], gateway) end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[6])
if others + before == 0 then
  redis.call('SPUBLISH', KEYS[3], '{"type":"presence","user":' .. ARGV[1] .. ',"online":true,"lastSeen":null}')
  return 'first'
end
return 'ok'
