-- Shared by scripts: counts the connections of a user at each gateway.

-- Sums the connections counted in `online` at live gateways other than `own`. Also returns the
-- count of `own`, the gateways that are gone, and those unknown to the caller. From `first` on,
-- ARGV has the number of live gateways, these, and the gateways that are gone.
local function survey(online, own, first)
  local fate = {}
  for i = first + 1, #ARGV do fate[ARGV[i]] = i <= first + ARGV[first] and 'live' or 'gone' end

  local others, before, gone, unknown = 0, 0, {}, {}
  local counts = redis.call('HGETALL', online)
  for i = 1, #counts, 2 do
    local gateway, count = counts[i], tonumber(counts[i + 1])
    if gateway == own then before = count
    elseif fate[gateway] == 'live' then others = others + count
    elseif fate[gateway] == 'gone' then gone[#gone + 1] = gateway
    else unknown[#unknown + 1] = gateway end
  end
  return others, before, gone, unknown
end
