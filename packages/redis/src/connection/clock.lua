-- Shared: Redis' clock.

-- Ms since 1970.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Lua writes large numbers in exponent form by itself.
local function whole(number)
  return string.format('%d', number)
end
