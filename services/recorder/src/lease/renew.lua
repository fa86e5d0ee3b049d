-- Renews or releases leases, if this recorder still has them.
--
-- KEYS  leases
-- ARGV  1 recorder
--       2 new value `<recorder>:<turn>`, or '' to release the leases
--       3 time to live in ms
-- Reply for each lease: 1 if the recorder had it, else 0
local recorder, value, ttl = ARGV[1], ARGV[2], ARGV[3]

local held = {}
for i, lease in ipairs(KEYS) do
  local current = redis.call('GET', lease)
  held[i] = 0
  if current and string.sub(current, 1, #recorder + 1) == recorder .. ':' then
    held[i] = 1
    if value == '' then
      redis.call('DEL', lease)
    else
      redis.call('SET', lease, value, 'PX', ttl)
    end
  end
end
return held
