-- Feature flags: rules as they stand, changes, and who made them.

-- name: flag_revision
SELECT revision FROM maitred.flags WHERE flag = $1;

-- name: flag_row
SELECT flag, killed, default_mode, percentage, version, revision, changed_at FROM maitred.flags WHERE flag = $1;

-- name: lock_flag
-- One writer at a time decides about a flag, so that what the audit says it was is what it was.
SELECT flag, killed, default_mode, percentage, version, revision, changed_at FROM maitred.flags
WHERE flag = $1 FOR UPDATE;

-- name: flag_restaurants
SELECT r.id, r.slug, f.mode, f.opted_in, f.version, f.changed_at
FROM maitred.flag_restaurants f JOIN maitred.restaurants r ON r.id = f.restaurant_id
WHERE f.flag = $1 ORDER BY r.slug;

-- name: flag_restaurant
SELECT r.id, r.slug, f.mode, f.opted_in, f.version, f.changed_at
FROM maitred.flag_restaurants f JOIN maitred.restaurants r ON r.id = f.restaurant_id
WHERE f.flag = $1 AND f.restaurant_id = $2;

-- name: restaurants_by_slug
SELECT id, slug FROM maitred.restaurants ORDER BY slug;

-- name: write_flag
UPDATE maitred.flags SET killed = $2, default_mode = $3, percentage = $4, version = version + 1,
    changed_at = clock_timestamp() WHERE flag = $1;

-- name: write_flag_restaurant
INSERT INTO maitred.flag_restaurants (flag, restaurant_id, mode, opted_in, version) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (flag, restaurant_id) DO UPDATE
SET mode = $3, opted_in = $4, version = maitred.flag_restaurants.version + 1, changed_at = clock_timestamp();

-- name: insert_flag_change
INSERT INTO maitred.flag_changes (flag, restaurant_id, what, from_value, to_value, by_whom, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: announce_flag
-- The notification leaves with the commit. Flags change rarely, so the lock that notifying commits share is no matter.
UPDATE maitred.flags SET revision = revision + 1 WHERE flag = $1
RETURNING pg_notify('maitred_flags', revision::text);

-- name: flag_changes
SELECT c.id, c.flag, r.slug AS restaurant, c.what, c.from_value, c.to_value, c.by_whom, c.reason, c.at
FROM maitred.flag_changes c LEFT JOIN maitred.restaurants r ON r.id = c.restaurant_id
WHERE c.flag = $1 AND ($2::bigint IS NULL OR c.restaurant_id = $2 OR c.restaurant_id IS NULL)
ORDER BY c.id DESC LIMIT $3;
