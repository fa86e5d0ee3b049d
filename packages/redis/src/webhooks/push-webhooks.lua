-- Queues events for a webhook endpoint.
--
-- KEYS
--   1 due
--   2 events
-- ARGV
--   1 maximum number of queued events
--   2 ms until the events are due
--   3... for each event: id, JSON text
-- Reply
--   number of events that were dropped because the queue is full. An event that is already queued
--   stays unchanged
local due = whole(clock() + ARGV[2])
local room = ARGV[1] - redis.call('ZCARD', KEYS[1])
local dropped = 0
for i = 3, #ARGV, 2 do
  if room <= 0 then
    if redis.call('HEXISTS', KEYS[2], ARGV[i]) == 0 then dropped = dropped + 1 end
  elseif redis.call('HSETNX', KEYS[2], ARGV[i], '0 ' .. ARGV[i + 1]) == 1 then
    redis.call('ZADD', KEYS[1], due, ARGV[i])
    room = room - 1
  end
end
return dropped
