-- Returns streams whose time is used up, and which the recorder must end.
--
-- KEYS
--   open streams of each bucket
-- ARGV
--   1  maximum number of streams per bucket
-- Reply
--   list of '<conversation>:<message id>'
local now = whole(clock())
local due = {}
for _, streams in ipairs(KEYS) do
  for _, name in ipairs(redis.call('ZRANGE', streams, '-inf', '(' .. now, 'BYSCORE', 'LIMIT', 0, ARGV[1])) do
    due[#due + 1] = name
  end
end
return due
