-- Stores a copy of a conversation's pinned messages, unless Redis already has one.
--
-- KEYS
--   1  pinned messages
-- ARGV
--   1  time to live, in s
--   2... message ids
-- Reply
--   1  if the copy was stored, otherwise 0
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
-- Adds one member that is not an id, so that the set exists even if no message is pinned.
redis.call('SADD', KEYS[1], 'copied')
for i = 2, #ARGV do redis.call('SADD', KEYS[1], ARGV[i]) end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 1
