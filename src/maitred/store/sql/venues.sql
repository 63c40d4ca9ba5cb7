-- Venues: rules as a versioned document, physical tables and joins as rows that constraints can hold on to.

-- name: venue_by_slug
SELECT r.id, r.slug, r.version, v.document FROM maitred.restaurants r
JOIN maitred.venue_versions v ON v.restaurant_id = r.id AND v.version = r.version WHERE r.slug = $1;

-- name: venue_by_id
SELECT r.id, r.slug, r.version, v.document FROM maitred.restaurants r
JOIN maitred.venue_versions v ON v.restaurant_id = r.id AND v.version = r.version WHERE r.id = $1;

-- name: venue_slugs
SELECT slug, name, timezone, version, id FROM maitred.restaurants
WHERE $1::bigint IS NULL OR id = $1 ORDER BY slug;

-- name: venue_version
-- The venue before its days: an import takes them in this order too.
SELECT version FROM maitred.restaurants WHERE id = $1 FOR SHARE;

-- name: lock_venue
SELECT r.id, r.version, v.document FROM maitred.restaurants r
JOIN maitred.venue_versions v ON v.restaurant_id = r.id AND v.version = r.version WHERE r.slug = $1 FOR NO KEY UPDATE OF r;

-- name: upsert_group
INSERT INTO maitred.venue_groups (slug, name) VALUES ($1, $1) ON CONFLICT (slug) DO UPDATE SET slug = excluded.slug
RETURNING id;

-- name: insert_venue
INSERT INTO maitred.restaurants (slug, name, timezone, group_id, version) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (slug) DO NOTHING RETURNING id;

-- name: update_venue
UPDATE maitred.restaurants SET name = $2, timezone = $3, group_id = $4, version = $5, updated_at = now() WHERE id = $1;

-- name: insert_venue_version
INSERT INTO maitred.venue_versions (restaurant_id, version, document, created_by) VALUES ($1, $2, $3, $4);

-- name: upsert_zones
INSERT INTO maitred.zones (restaurant_id, id, name)
SELECT $1, z.id, z.name FROM jsonb_to_recordset($2::jsonb) AS z (id text, name text)
ON CONFLICT (restaurant_id, id) DO UPDATE SET name = excluded.name;

-- name: upsert_tables
INSERT INTO maitred.tables (restaurant_id, id, zone_id, capacity, extra_chairs, min_party, movable, accessible)
SELECT $1, t.id, t.zone, t.capacity, t.extra_chairs, t.min_party, t.movable, t.accessible
FROM jsonb_to_recordset($2::jsonb) AS t (id text, zone text, capacity int, extra_chairs int, min_party int,
    movable boolean, accessible boolean)
ON CONFLICT (restaurant_id, id) DO UPDATE SET zone_id = excluded.zone_id, capacity = excluded.capacity,
    extra_chairs = excluded.extra_chairs, min_party = excluded.min_party, movable = excluded.movable,
    accessible = excluded.accessible, retired = false;

-- name: retire_tables
UPDATE maitred.tables SET retired = true WHERE restaurant_id = $1 AND NOT id = ANY ($2::text[]);

-- name: live_bookings_on_tables
-- Live bookings that a new version of the venue would leave without their seats.
SELECT DISTINCT b.id, b.reference, a.table_id FROM maitred.allocations a
JOIN maitred.bookings b ON b.id = a.booking_id
WHERE a.restaurant_id = $1 AND NOT a.table_id = ANY ($2::text[]) AND upper(a.during) > $3
  AND b.state IN ('assigned', 'confirmed', 'arrived', 'checked_in')
ORDER BY b.reference, a.table_id LIMIT 50;

-- name: unseated_by_new_version
SELECT b.id, b.reference FROM maitred.bookings b
WHERE b.restaurant_id = $1 AND b.state IN ('assigned', 'confirmed', 'arrived', 'checked_in')
  AND b.starts_at > $2 AND maitred.seats_of(b.id) < b.party_size
ORDER BY b.reference LIMIT 50;

-- name: replace_joins
INSERT INTO maitred.table_joins (restaurant_id, a, b)
SELECT $1, j.a, j.b FROM jsonb_to_recordset($2::jsonb) AS j (a text, b text);

-- name: delete_joins
DELETE FROM maitred.table_joins WHERE restaurant_id = $1;

-- name: delete_join_capacities
DELETE FROM maitred.join_capacities WHERE restaurant_id = $1;

-- name: insert_join_capacity
INSERT INTO maitred.join_capacities (restaurant_id, tables, capacity) VALUES ($1, $2, $3);

-- name: delete_blocks
DELETE FROM maitred.table_blocks WHERE restaurant_id = $1 AND closed_by IS NULL;

-- name: insert_block
INSERT INTO maitred.table_blocks (id, restaurant_id, table_id, during, reason)
VALUES ($1, $2, $3, tstzrange($4, $5, '[)'), $6);

-- name: lock_days_from
SELECT service_date, fence FROM maitred.service_days
WHERE restaurant_id = $1 AND service_date = ANY ($2::date[]) ORDER BY service_date FOR UPDATE;

-- name: renew_fences
WITH locked AS (
    SELECT service_date FROM maitred.service_days WHERE restaurant_id = $1 AND service_date >= $2
    ORDER BY service_date FOR UPDATE
)
UPDATE maitred.service_days d SET fence = d.fence + 1 FROM locked
WHERE d.restaurant_id = $1 AND d.service_date = locked.service_date;

-- name: ensure_days
INSERT INTO maitred.service_days (restaurant_id, service_date) SELECT $1, unnest($2::date[]) ON CONFLICT DO NOTHING;
