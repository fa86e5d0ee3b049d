-- Shared by scripts: the clock of Redis.

-- Returns the Unix time in ms.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Formats a whole number. Lua would write a large one with an exponent.
local function whole(number)
  return string.format('%d', number)
end
