-- release: delete the locks that are still this owner's, and no others.
-- KEYS[1..]  lock keys, one hash tag
-- ARGV[1]    owner token
-- returns    how many were deleted (fewer than KEYS when some were lost; a repeated call is safe)
local deleted = 0
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then
    deleted = deleted + redis.call('DEL', key)
  end
end
return deleted
