-- A function that several scripts share: it counts the connections of a user at each gateway.

-- Returns four values: the number of connections counted in `online` at live gateways other than
-- `own`, the number counted at `own`, the counted gateways that are dead, and those that the caller
-- does not know. From index `first` on, ARGV contains the number of live gateways, then the live
-- gateways, then the dead ones.
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
