-- acquire: take every lock, or none of them.
-- KEYS[1..]  lock keys, sorted, one hash tag
-- ARGV[1]    owner token            ARGV[2]    time to live, ms
-- returns    1 when all are ours (also when they already were: a repeated call is safe),
--            0 when another owner holds one of them; then nothing has changed
for _, key in ipairs(KEYS) do
  local owner = redis.call('GET', key)
  if owner and owner ~= ARGV[1] then
    return 0
  end
end
for _, key in ipairs(KEYS) do
  redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
end
return 1
