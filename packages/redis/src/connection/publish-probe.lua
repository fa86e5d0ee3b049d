-- Writes and publishes a gateway's probe, a string with which the gateway checks that it receives
-- messages. Uses the same commands as for a message.
--
-- KEYS
--   1  probe: the key and the channel have the same name
-- ARGV
--   1  the probe's content
-- Reply
--   the number of subscribers that received the probe
local probe, text = KEYS[1], ARGV[1]
redis.call('SET', probe, text, 'PX', 60000)
return redis.call('SPUBLISH', probe, text)
