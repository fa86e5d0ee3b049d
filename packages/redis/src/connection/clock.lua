-- Shared: Redis' clock.

-- Returns the Unix ms.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Formats an integer without an exponent, which Lua would use for large numbers.
local function whole(number)
  return string.format('%d', number)
end
