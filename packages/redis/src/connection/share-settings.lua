-- Registers a running process, or renews its registration, if its settings equal those of all other
-- running processes.
--
-- KEYS
--   1  processes: sorted set of processes, scored by their last heartbeat
--   2  settings: hash: process -> JSON object of its settings
--   3  fixed: hash of settings that never change
-- ARGV
--   1  name of the process
--   2  JSON object of the process's settings: name -> value
--   3  ms without a heartbeat after which a process counts as ended
--   4  names of the settings that never change, separated by blanks
-- Reply
--   {} if the process was registered. Otherwise { the other process, or '' for a setting that never
--   changes, name of the setting that differs, its value there }
local processes, settings, fixed = KEYS[1], KEYS[2], KEYS[3]
local process, json, ttl, names = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local now = clock()
local own = cjson.decode(json)

for name in string.gmatch(names, '%S+') do
  local value = redis.call('HGET', fixed, name)
  if value and own[name] and value ~= own[name] then return { '', name, value } end
end

for _, gone in ipairs(redis.call('ZRANGEBYSCORE', processes, '-inf', whole(now - ttl))) do
  redis.call('ZREM', processes, gone)
  redis.call('HDEL', settings, gone)
end
for _, other in ipairs(redis.call('ZRANGE', processes, 0, -1)) do
  local text = other ~= process and redis.call('HGET', settings, other)
  for name, value in pairs(text and cjson.decode(text) or {}) do
    if own[name] and own[name] ~= value then return { other, name, value } end
  end
end

redis.call('ZADD', processes, whole(now), process)
redis.call('HSET', settings, process, json)
for name in string.gmatch(names, '%S+') do
  if own[name] then redis.call('HSET', fixed, name, own[name]) end
end
return {}
