-- Returns whether the sender of a message is allowed to know that a participant is connected. In a
-- chat of two users, returns whether the participant is connected, because the caller checks the
-- permission. In a group, members who hide their presence from some users do not count. Passing
-- `hidden` twice to EXISTS lets one command distinguish the two keys: the result is 1 only if
-- `online` exists and `hidden` does not.
local function is_online(online, in_group)
  if not in_group then return redis.call('EXISTS', online) == 1 end
  local hidden = string.gsub(online, ':online:', ':hidden:', 1)
  return redis.call('EXISTS', online, hidden, hidden) == 1
end
