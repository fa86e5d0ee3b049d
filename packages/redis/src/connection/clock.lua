-- Functions about the clock of Redis that several scripts share.

-- Returns the Unix time in ms.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Formats a whole number in decimal digits, because Lua writes a large number with an exponent.
local function whole(number)
  return string.format('%d', number)
end
