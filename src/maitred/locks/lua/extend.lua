-- extend: renew every lock of one owner, or none of them.
-- KEYS[1..]  lock keys, one hash tag
-- ARGV[1]    owner token            ARGV[2]    time to live, ms, counted from now
-- returns    1 when all were still ours, 0 when one is gone or another's; then nothing has changed
--            (a lock that is gone is not taken anew: somebody may have held it in between)
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) ~= ARGV[1] then
    return 0
  end
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, ARGV[2])
end
return 1
