-- Writes the progress mark of the installation, unless Redis has a newer one.
--
-- KEYS
--   1  mark
-- ARGV
--   1  string to write: `<installation> <mark> <nonce>`
--   2  installation
--   3  mark
--   4  1 to overwrite a newer mark, and that of another installation
-- Reply
--   1 if the mark was written, otherwise 0
local key = KEYS[1]
local text, installation, mark, force = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'

local current = redis.call('GET', key)
if current and not force then
  local other, newest = string.match(current, '^(%S+) (%d+) ')
  if other ~= installation or tonumber(newest) >= mark then return 0 end
end
redis.call('SET', key, text)
return 1
