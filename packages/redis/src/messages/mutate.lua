-- Records a change and tells users of one bucket: all of it or nothing, whoever dies meanwhile.
--
-- KEYS 1 record stream, then for each user: inbox, channel, recalled; then forwards, if there are
-- other buckets to tell ARGV 1 inbox length 2 inbox time to live in s 3 record entry, or '' 4
-- <conversation>:<message id> of a message that is
--       taken back, or ''    5 its id    6 messages taken back to remember    7 ms since 1970 of the take-over, 0 for none
--       8 field and 9 value of what is to be kept until the other buckets were told, or ''
--       10 the event, then for each user after the first: the event, or '' for the same
since = tonumber(ARGV[7])
local now = whole(clock())
local event
local count = #KEYS

if ARGV[3] ~= '' then redis.call('XADD', KEYS[1], '*', 'e', ARGV[3]) end
if ARGV[9] ~= '' then
  redis.call('HSET', KEYS[count], ARGV[8], ARGV[9])
  count = count - 1
end
for i = 2, count, 3 do
  local own = ARGV[10 + (i - 2) / 3]
  if own ~= '' then event = own end
  if ARGV[4] ~= '' then
    redis.call('ZADD', KEYS[i + 2], ARGV[5], ARGV[4])
    redis.call('ZREMRANGEBYRANK', KEYS[i + 2], 0, -1 - ARGV[6])
    redis.call('EXPIRE', KEYS[i + 2], ARGV[2] + 3600)
  end
  deliver(KEYS[i], KEYS[i + 1], event, now, ARGV[1], ARGV[2], true, '')
end
return 1
