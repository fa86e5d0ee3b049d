-- Returns whether the sender of a message may know that a participant is connected. In a chat of
-- two users the caller checks that. In a group, members who hide their presence from some users do
-- not count: `hidden` is counted twice, so that one command distinguishes the two keys.
local function is_online(online, in_group)
  if not in_group then return redis.call('EXISTS', online) == 1 end
  local hidden = string.gsub(online, ':online:', ':hidden:', 1)
  return redis.call('EXISTS', online, hidden, hidden) == 1
end
