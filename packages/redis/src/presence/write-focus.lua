-- Sets the chats that a user is looking at over the connections of one gateway.
--
-- KEYS
--   1 focus
-- ARGV
--   1 gateway
--   2 ids of the chats, separated by commas, or '' for none
--   3 time to live in s
-- Reply
--   1
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return 1
