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

-- name: begin_shadow
-- From the change that put the restaurant in shadow: what came earlier is on its floor, but is not decided again.
INSERT INTO maitred.shadow_runs (restaurant_id, after_arrival, since)
SELECT $1, coalesce((SELECT max(b.arrival) FROM maitred.bookings b
        WHERE b.restaurant_id = $1 AND b.created_at < changed.at), 0), changed.at
-- A mode of its own is the restaurant's: what is said of everybody changes nothing about it, but for the kill switch.
FROM (SELECT greatest(fr.changed_at, CASE WHEN fr.mode = 'shadow' THEN (SELECT max(c.at) FROM maitred.flag_changes c
        WHERE c.flag = f.flag AND c.what = 'killed') ELSE f.changed_at END) AS at FROM maitred.flags f
    LEFT JOIN maitred.flag_restaurants fr ON fr.flag = f.flag AND fr.restaurant_id = $1 WHERE f.flag = $2) changed
ON CONFLICT DO NOTHING;

-- name: end_shadows
DELETE FROM maitred.shadow_runs WHERE NOT restaurant_id = ANY ($1::bigint[]);

-- name: take_shadow
-- One worker at a time is at a restaurant's shadow; the others go on to the next.
SELECT after_arrival FROM maitred.shadow_runs WHERE restaurant_id = $1 FOR UPDATE SKIP LOCKED;

-- name: undecided_in_shadow
-- In order of arrival; not what no engine was asked about (a hold that was taken up, a party that a person looks at).
SELECT b.*, r.slug AS restaurant, (SELECT min(h.at) FROM maitred.booking_history h WHERE h.booking_id = b.id) AS made_at,
    (SELECT min(h.at) FROM maitred.booking_history h WHERE h.booking_id = b.id
        AND h.to_state IN ('cancelled', 'no_show', 'completed')) AS gone_at
FROM maitred.bookings b JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE b.restaurant_id = $1 AND b.arrival > $2 AND b.state NOT IN ('created', 'capacity_verified')
  AND NOT EXISTS (SELECT 1 FROM maitred.shadow_decisions s WHERE s.booking_id = b.id)
  AND NOT EXISTS (SELECT 1 FROM maitred.booking_history h WHERE h.booking_id = b.id
      AND h.reason_code IN ('hold_confirmed', 'party_needs_review'))
ORDER BY b.arrival LIMIT $3;

-- name: shadow_seats
-- Who sits where in the shadow's own book on some days, and since when they are gone.
SELECT s.booking_id, s.tables, s.moved, s.party_size AS shadow_party, s.starts_at AS shadow_starts_at, s.outcome,
    (SELECT min(h.at) FROM maitred.booking_history h WHERE h.booking_id = s.booking_id
        AND h.to_state IN ('cancelled', 'no_show', 'completed')) AS gone_at,
    b.*, r.slug AS restaurant
FROM maitred.shadow_decisions s JOIN maitred.bookings b ON b.id = s.booking_id
JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE s.restaurant_id = $1 AND s.service_date = ANY ($2::date[]);

-- name: insert_shadow_decisions
INSERT INTO maitred.shadow_decisions (booking_id, restaurant_id, service_date, arrival, outcome, reason_code, tables, moves,
    party_size, starts_at, duration_ms)
SELECT d.booking_id, d.restaurant_id, d.service_date, d.arrival, d.outcome, d.reason_code, d.tables, d.moves, d.party_size,
    d.starts_at, d.duration_ms
FROM jsonb_to_recordset($1) AS d (booking_id uuid, restaurant_id bigint, service_date date, arrival bigint, outcome text,
    reason_code text, tables text[], moves integer, party_size integer, starts_at timestamptz, duration_ms float8)
ON CONFLICT DO NOTHING;

-- name: move_in_shadow
UPDATE maitred.shadow_decisions SET tables = $2, moved = true WHERE booking_id = $1;

-- name: shadow_compared
-- Each booking that the shadow decided beside what was decided for real first: by our request, or by the system in use.
-- Who cancelled or did not come has no tables any more, and is compared by those that were given.
SELECT s.booking_id, b.reference, b.external_ref, s.service_date, s.party_size, s.starts_at, s.outcome, s.reason_code,
    s.tables, s.moves, s.duration_ms, live.to_state AS live_state, live.reason_code AS live_reason, a.duration_ms AS live_ms,
    coalesce((SELECT array_agg(t.table_id ORDER BY t.table_id) FROM maitred.allocations t WHERE t.booking_id = b.id),
        (SELECT array_agg(one ORDER BY one) FROM jsonb_array_elements_text(given.tables) one)) AS live_tables
FROM maitred.shadow_decisions s JOIN maitred.bookings b ON b.id = s.booking_id
LEFT JOIN LATERAL (SELECT h.to_state, h.reason_code FROM maitred.booking_history h WHERE h.booking_id = b.id
    AND h.to_state IN ('confirmed', 'failed', 'manual_review') ORDER BY h.version LIMIT 1) live ON true
LEFT JOIN LATERAL (SELECT t.duration_ms FROM maitred.attempts t WHERE t.booking_id = b.id ORDER BY t.id LIMIT 1) a ON true
LEFT JOIN LATERAL (SELECT t.plan -> 'tables' AS tables FROM maitred.attempts t WHERE t.booking_id = b.id
    AND t.outcome = 'confirmed' ORDER BY t.id DESC LIMIT 1) given ON true
WHERE s.restaurant_id = $1 AND ($2::date IS NULL OR s.service_date >= $2) AND ($3::date IS NULL OR s.service_date <= $3)
    AND s.reason_code IS DISTINCT FROM $4
ORDER BY s.arrival;

-- name: shadow_since
SELECT since FROM maitred.shadow_runs WHERE restaurant_id = $1;
