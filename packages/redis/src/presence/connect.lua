-- Sets the number of connections that a user has at a gateway, for a new connection or after Redis
-- was down.
--
-- KEYS
--   1  online
--   2  revoked
--   3  presence channel
-- ARGV
--   1  user
--   2  gateway
--   3  number of the user's connections at this gateway
--   4  session of the new connection, or '' for none
--   5  maximum number of the user's connections at all gateways
--   6  time to live in s
--   7  number of live gateways, then the live gateways, then the dead ones
-- Reply
--   'ok', or 'first' if the user was offline
--   without a change: 'revoked', 'too-many', or the counted gateways of which the caller must find
--   out whether they are live
local online, revoked, presence = KEYS[1], KEYS[2], KEYS[3]
local user, gateway, connections, session = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local most, ttl = tonumber(ARGV[5]), ARGV[6]
local LIVE_GATEWAYS = 7

if session ~= '' and redis.call('ZSCORE', revoked, session) then return 'revoked' end

local others, before, gone, unknown = survey(online, gateway, LIVE_GATEWAYS)
if #unknown > 0 then return unknown end
if others + connections > most and session ~= '' then return 'too-many' end

-- A count of 0 changes nothing: the user's connections closed while the caller found out which
-- gateways are live.
if connections == '0' then return 'ok' end

for _, each in ipairs(gone) do redis.call('HDEL', online, each) end
redis.call('HSET', online, gateway, connections)
redis.call('EXPIRE', online, ttl)
if others + before == 0 then
  redis.call('SPUBLISH', presence, '{"type":"presence","user":' .. user .. ',"online":true,"lastSeen":null}')
  return 'first'
end
return 'ok'
