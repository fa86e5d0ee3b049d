-- Replaces the cached permits of a user or group, unless Redis has the same or a newer version.
--
-- KEYS
--   1 copy
--   2 contacts
--   3 blocks
--   4 members
--   5 restrictions
--   6 hidden
--   7 floors
-- ARGV
--   1 'group', 'nobody', 'user', 'user.<who>' where <who> can see the user's presence, or
--   'user.<who>.nobody' if nobody can see the user's read marks
--   2 version, or -1 for an id that never existed
--   3 time to live of 'nobody', in s
--   4 floors of group members (the message id up to which a member cannot see messages), as a JSON
--   list of [user, message id]
--   5 length of the first list
--   then the first list: contacts of a user, or members of a group
--   then blocks of a user, or restrictions of the members of a group, each with its value
-- Reply
--   1 if the copy was written, otherwise 0
local copy = redis.call('GET', KEYS[1])
local version = copy and tonumber(string.match(copy, ':(%d+)$') or -1) or -1
if ARGV[2] == '-1' then
  if copy then return 0 end
  redis.call('SET', KEYS[1], 'nobody', 'EX', ARGV[3])
  return 1
end
if version >= tonumber(ARGV[2]) then return 0 end
if ARGV[1] == 'nobody' then
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7])
  redis.call('SET', KEYS[1], 'nobody:' .. ARGV[2], 'EX', ARGV[3])
  return 1
end

local function fill(key, from, to)
  redis.call('DEL', key)
  for start = from, to, 1000 do
    redis.call('SADD', key, unpack(ARGV, start, math.min(start + 999, to)))
  end
end

local middle = 5 + tonumber(ARGV[5])
if string.sub(ARGV[1], 1, 1) == 'u' then
  fill(KEYS[2], 6, middle)
  fill(KEYS[3], middle + 1, #ARGV)
  local shown = string.match(ARGV[1], '^user%.(%a+)') or 'everyone'
  if shown == 'everyone' then redis.call('DEL', KEYS[6]) else redis.call('SET', KEYS[6], 1) end
else
  fill(KEYS[4], 6, middle)
  redis.call('DEL', KEYS[5], KEYS[7])
  for _, floor in ipairs(cjson.decode(ARGV[4])) do
    redis.call('ZADD', KEYS[7], string.format('%.0f', floor[2]), string.format('%.0f', floor[1]))
  end
  for i = middle + 1, #ARGV, 2 do
    redis.call('HSET', KEYS[5], ARGV[i], ARGV[i + 1])
  end
end
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2])
return 1
