-- Returns the bytes of memory that streams occupy, estimated from samples.
--
-- KEYS
--   the streams
-- Reply
--   the number of bytes
local bytes = 0
for _, stream in ipairs(KEYS) do bytes = bytes + (redis.call('MEMORY', 'USAGE', stream) or 0) end
return bytes
