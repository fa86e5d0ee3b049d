-- Returns whether a sender is allowed to write to a user or group, according to the cached permits.
--
-- KEYS
--   1  copy
--   2  contacts
--   3  blocks
--   4  members of the recipient
-- ARGV
--   1  sender
--   2  'private' to add what the recipient hides from the sender
-- Reply
--   'friend', 'stranger', 'blocked', 'member', 'not-member', 'nobody', or 'unknown' if Redis has no
--   copy. With 'private', '.presence' is appended if the recipient hides their presence from the
--   sender, and '.reads' if the recipient hides their read marks
local copy = redis.call('GET', KEYS[1])
if not copy then return 'unknown' end
if string.sub(copy, 1, 1) == 'n' then return 'nobody' end
if string.sub(copy, 1, 1) == 'g' then
  return redis.call('SISMEMBER', KEYS[4], ARGV[1]) == 1 and 'member' or 'not-member'
end
local standing = 'stranger'
if redis.call('SISMEMBER', KEYS[3], ARGV[1]) == 1 then
  standing = 'blocked'
elseif redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then
  standing = 'friend'
end
local presence, reads = string.match(copy, '^user%.(%a+)%.?(%a*)')
if not presence or ARGV[2] ~= 'private' then return standing end
local hidden = ''
if presence == 'nobody' or presence == 'friends' and standing ~= 'friend' then hidden = '.presence' end
if reads == 'nobody' then hidden = hidden .. '.reads' end
return standing .. hidden
