-- Writes and publishes a gateway's probe, in the same way as a message.
--
-- KEYS
--   1  probe: the key and the channel have the same name
-- ARGV
--   1  text
-- Reply
--   the number of subscribers that got it
local probe, text = KEYS[1], ARGV[1]
redis.call('SET', probe, text, 'PX', 60000)
return redis.call('SPUBLISH', probe, text)
