-- Sets the number of connections of a user at a gateway, for a new connection or after Redis was
-- down.
--
-- KEYS 1 online 2 revoked 3 presence channel ARGV 1 user 2 gateway 3 its connections of the user 4
-- session of the new connection, or '' for none 5 maximum of connections 6 time to live in s 7
-- number of live gateways, then these, then gateways that are gone Reply 'ok', or 'first' if the
-- user was offline without a change: 'revoked', 'too-many', or the counted gateways whose state the
-- caller must look up
if ARGV[4] ~= '' and redis.call('ZSCORE', KEYS[2], ARGV[4]) then return 'revoked' end

local others, before, gone, unknown = survey(KEYS[1], ARGV[2], 7)
if #unknown > 0 then return unknown end
if others + ARGV[3] > tonumber(ARGV[5]) and ARGV[4] ~= '' then return 'too-many' end

-- Their connections closed while the caller looked up the others.
if ARGV[3] == '0' then return 'ok' end

for _, gateway in ipairs(gone) do redis.call('HDEL', KEYS[1], gateway) end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[6])
if others + before == 0 then
  redis.call('SPUBLISH', KEYS[3], '{"type":"presence","user":' .. ARGV[1] .. ',"online":true,"lastSeen":null}')
  return 'first'
end
return 'ok'
