-- Seats. Order inside a transaction: booking rows (sorted), day rows (sorted), expired holds, own rows, new rows, each
-- as a statement of its own: the exclusion constraint is checked row by row.

-- name: issue_fence
-- The next fence of a day, given to whoever has just taken its lock. Returns the venue version in force as well; its
-- row comes first, as in an import, and waits for one under way.
WITH venue AS MATERIALIZED (
    SELECT id, version FROM maitred.restaurants WHERE id = $1 FOR SHARE
), day AS (
    INSERT INTO maitred.service_days (restaurant_id, service_date, fence) SELECT id, $2, 1 FROM venue
    ON CONFLICT (restaurant_id, service_date) DO UPDATE SET fence = service_days.fence + 1
    RETURNING fence
)
SELECT day.fence, venue.version FROM day, venue;

-- name: ensure_day
INSERT INTO maitred.service_days (restaurant_id, service_date) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: lock_day
SELECT fence FROM maitred.service_days WHERE restaurant_id = $1 AND service_date = $2 FOR UPDATE;

-- name: delete_expired_holds
-- By the database's clock; the allocations go with the hold. Holds of the neighbouring days may reach into this one.
DELETE FROM maitred.holds WHERE restaurant_id = $1
    AND service_date BETWEEN $2::date - 1 AND $2::date + 1 AND expires_at <= clock_timestamp();

-- name: occupancy
-- Everything that takes a table in a window, with the bookings behind it, all of one instant: who may be moved is
-- known in the same breath as where they sit. An expired hold blocks nobody, swept or not.
SELECT a.table_id, lower(a.during) AS taken_from, upper(a.during) AS taken_until,
    CASE WHEN a.booking_id IS NOT NULL THEN 'booking' WHEN a.hold_id IS NOT NULL THEN 'hold' ELSE 'block' END AS kind,
    coalesce(a.booking_id, a.hold_id, a.block_id) AS owner_id,
    coalesce(b.party_size, h.party_size) AS party,
    coalesce(b.starts_at, h.starts_at) AS party_starts_at,
    b.*, r.slug AS restaurant
FROM maitred.allocations a
JOIN maitred.restaurants r ON r.id = a.restaurant_id
LEFT JOIN maitred.bookings b ON b.id = a.booking_id
LEFT JOIN maitred.holds h ON h.id = a.hold_id
WHERE a.restaurant_id = $1 AND a.during && tstzrange($2, $3)
  AND (a.hold_id IS NULL OR h.expires_at > clock_timestamp())
ORDER BY a.table_id, lower(a.during);

-- name: tables_of_booking
SELECT table_id, lower(during) AS starts_at, upper(during) AS ends_at
FROM maitred.allocations WHERE booking_id = $1 ORDER BY table_id;

-- name: next_taken_at
-- When somebody else needs one of a booking's tables next, after an instant.
SELECT min(lower(o.during)) FROM maitred.allocations o
LEFT JOIN maitred.holds h ON h.id = o.hold_id
WHERE o.restaurant_id = $1 AND o.table_id = ANY ($2::text[]) AND o.booking_id IS DISTINCT FROM $3
  AND lower(o.during) >= $4 AND (o.hold_id IS NULL OR h.expires_at > clock_timestamp());

-- name: seated_there
-- Who is checked in at some tables, with a time there that meets a span.
SELECT b.reference, array_agg(a.table_id ORDER BY a.table_id) AS tables
FROM maitred.allocations a JOIN maitred.bookings b ON b.id = a.booking_id
WHERE a.restaurant_id = $1 AND a.table_id = ANY ($2::text[]) AND b.id <> $3 AND b.state = 'checked_in'
  AND a.during && tstzrange($4, $5)
GROUP BY b.reference ORDER BY b.reference LIMIT 1;

-- name: days_waiting_for_room
-- Days with reviews that only lack room (as reviews_waiting_for_room has it) for parties yet to come, page by page.
SELECT DISTINCT r.slug, b.service_date
FROM maitred.bookings b JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE b.state = 'manual_review' AND b.starts_at > $1
  AND (b.reason_code IN ('no_capacity', 'pacing_covers', 'pacing_parties', 'moves_suggested')
    OR (b.reason_code = 'table_lost' AND b.reason_data ? 'closed')) AND b.decided_as_of IS NULL
  AND (b.claimed_until IS NULL OR b.claimed_until <= $1)
  AND (r.slug, b.service_date) > ($2::text, $3::date)
ORDER BY r.slug, b.service_date LIMIT $4;

-- name: promised_seats
-- Live bookings that have yet to sit down, with their tables and the zones in which these stand at the moment.
SELECT b.id, b.reference, b.party_size, b.accessible, b.zone_preference, b.promised_zone, b.override, b.starts_at,
    array_agg(a.table_id ORDER BY a.table_id) AS tables, array_agg(DISTINCT t.zone_id) AS zones
FROM maitred.allocations a
JOIN maitred.bookings b ON b.id = a.booking_id
JOIN maitred.tables t ON t.restaurant_id = a.restaurant_id AND t.id = a.table_id
WHERE a.restaurant_id = $1 AND upper(a.during) > $2 AND b.state IN ('assigned', 'confirmed', 'arrived')
GROUP BY b.id ORDER BY b.starts_at, b.reference;

-- name: moved_bookings
-- Bookings of a day that changed tables to make room, and did not go back.
SELECT DISTINCT e.booking_id FROM maitred.move_set_entries e
JOIN maitred.move_sets s ON s.id = e.move_set
WHERE s.restaurant_id = $1 AND s.service_date = $2 AND s.undone_at IS NULL AND s.cause IN ('decision', 'optimizer');

-- name: tables_of_bookings
SELECT booking_id, array_agg(table_id ORDER BY table_id) AS tables, min(lower(during)) AS starts_at,
    max(upper(during)) AS ends_at
FROM maitred.allocations WHERE booking_id = ANY ($1::uuid[]) GROUP BY booking_id;

-- name: delete_allocations_of_all
DELETE FROM maitred.allocations WHERE booking_id = ANY ($1::uuid[]);

-- name: delete_allocations
DELETE FROM maitred.allocations WHERE booking_id = $1;

-- name: set_allocation_window
UPDATE maitred.allocations SET during = tstzrange($2, $3, '[)'), fence = $4 WHERE booking_id = $1;

-- name: end_clearing
-- Who seats a party finds the table ready: of those who have left it, what remains of the buffer is over. Returns until
-- when they had which table.
WITH left_over AS (
    SELECT a.booking_id, a.table_id, upper(a.during) AS until FROM maitred.allocations a
    JOIN maitred.bookings b ON b.id = a.booking_id
    WHERE b.state = 'completed' AND a.restaurant_id = $1 AND a.service_date = $2
      AND a.table_id = ANY ($3::text[]) AND a.during @> $4::timestamptz
)
UPDATE maitred.allocations a SET during = tstzrange(lower(a.during), greatest($4, lower(a.during) + interval '1 second'), '[)'),
    fence = $5
FROM left_over l WHERE a.booking_id = l.booking_id AND a.table_id = l.table_id
RETURNING l.booking_id, l.table_id, l.until;

-- name: clear_on
-- The buffer of a party that has left runs on. $1 booking, $2 table, $3 until, $4 fence
UPDATE maitred.allocations SET during = tstzrange(lower(during), $3, '[)'), fence = $4
WHERE booking_id = $1 AND table_id = $2 AND upper(during) < $3;

-- name: insert_allocations
-- One row a physical table; rows come sorted by table.
INSERT INTO maitred.allocations (restaurant_id, service_date, table_id, during, booking_id, hold_id, block_id, fence)
SELECT a.restaurant_id, a.service_date, a.table_id, tstzrange(a.starts_at, a.ends_at, '[)'),
    a.booking_id, a.hold_id, a.block_id, a.fence
FROM jsonb_to_recordset($1::jsonb) AS a (restaurant_id bigint, service_date date, table_id text,
    starts_at timestamptz, ends_at timestamptz, booking_id uuid, hold_id uuid, block_id uuid, fence bigint)
ORDER BY a.table_id, a.starts_at;

-- name: insert_hold
INSERT INTO maitred.holds (id, restaurant_id, service_date, party_size, starts_at, turn_minutes, buffer_minutes,
    accessible, zone_preference, credential_id, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp() + make_interval(secs => $11::float8))
RETURNING expires_at;

-- name: extend_hold
-- Never shorter than it was, and never past its longest life.
UPDATE maitred.holds SET expires_at = greatest(expires_at, least(
    clock_timestamp() + make_interval(secs => $2::float8), created_at + make_interval(secs => $3::float8)))
WHERE id = $1 AND expires_at > clock_timestamp();

-- name: lock_hold
SELECT h.*, expires_at > clock_timestamp() AS live, r.slug AS restaurant FROM maitred.holds h
JOIN maitred.restaurants r ON r.id = h.restaurant_id WHERE h.id = $1 FOR UPDATE OF h;

-- name: hold_by_id
SELECT h.*, expires_at > clock_timestamp() AS live, r.slug AS restaurant,
    (SELECT array_agg(a.table_id ORDER BY a.table_id) FROM maitred.allocations a WHERE a.hold_id = h.id) AS tables
FROM maitred.holds h JOIN maitred.restaurants r ON r.id = h.restaurant_id WHERE h.id = $1;

-- name: tables_of_hold
SELECT table_id FROM maitred.allocations WHERE hold_id = $1 ORDER BY table_id;

-- name: delete_hold
DELETE FROM maitred.holds WHERE id = $1;

-- name: sweep_holds
DELETE FROM maitred.holds WHERE expires_at <= clock_timestamp() - interval '1 minute';
