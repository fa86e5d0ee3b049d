-- Begins a new generation of a bucket if its server might have lost writes since the last
-- generation began: the server was restarted, promoted or restored, or the bucket moved. A
-- generation is a number that grows. Inboxes whose epoch is lower get a new epoch. Without a
-- cluster, all buckets share one generation.
--
-- KEYS
--   1  server: hash
--   then for each bucket: issued, the last epoch that a new inbox of the bucket got
-- ARGV
--   1  identity of the server's run
--   2  a number derived from the identity, so that generations after different losses differ
--   3  the stored value `birth`, which identifies the data, as the caller last read it, or ''
-- Reply
--   { generation, birth, generation in which a client noticed that all data was lost, or 0 }
--   The generation is the Unix time in ms at which it began. It is greater than every epoch
--   before, even if the clock was set back.
local server = KEYS[1]
local identity, salt, known_birth = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local stored = redis.call('HMGET', server, 'run', 'generation', 'birth', 'lost')
local run, generation, birth, lost = stored[1], tonumber(stored[2] or 0), stored[3], tonumber(stored[4] or 0)
local writes = {}

if run ~= identity then
  local greatest = generation
  for i = 2, #KEYS do greatest = math.max(greatest, tonumber(redis.call('GET', KEYS[i]) or 0)) end
  generation = clock()
  if generation <= greatest then generation = greatest + 1 + salt end
  writes = { 'run', identity, 'generation', whole(generation) }
end
if not birth then
  birth = whole(generation + salt)
  table.insert(writes, 'birth')
  table.insert(writes, birth)
end
if known_birth ~= '' and known_birth ~= birth and lost == 0 then
  lost = generation
  table.insert(writes, 'lost')
  table.insert(writes, whole(lost))
end
if #writes > 0 then redis.call('HSET', server, unpack(writes)) end
return { generation, birth, lost }
