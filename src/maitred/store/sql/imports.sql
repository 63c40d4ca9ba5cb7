-- Bookings of a previous system, in batches.

-- name: lock_for_import
-- One import at a time for each restaurant; bookings go on meanwhile. Returns the venue's version too.
SELECT version FROM maitred.restaurants WHERE id = $1 FOR NO KEY UPDATE;

-- name: import_run
SELECT id, rows, position, imported, finished_at FROM maitred.import_runs
WHERE restaurant_id = $1 AND source = $2 AND file_sha256 = $3;

-- name: insert_import_run
INSERT INTO maitred.import_runs (id, restaurant_id, source, file_sha256, rows, started_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (restaurant_id, source, file_sha256) DO NOTHING;

-- name: advance_import_run
UPDATE maitred.import_runs SET position = greatest(position, $2), imported = imported + $3,
    finished_at = CASE WHEN $2 >= rows THEN $4 ELSE finished_at END
WHERE id = $1;

-- name: known_imports
-- Which of these ids of the previous system are here already.
SELECT external_id FROM maitred.imported_bookings
WHERE restaurant_id = $1 AND source = $2 AND external_id = ANY ($3::text[]);

-- name: imported_now
-- How the bookings of these ids are here now, and what the other system said of them last.
SELECT i.external_id, i.recorded, b.*, r.slug AS restaurant, g.name AS guest_name, g.email AS guest_email,
    g.phone AS guest_phone, g.locale AS guest_locale,
    (SELECT array_agg(a.table_id ORDER BY a.table_id) FROM maitred.allocations a WHERE a.booking_id = b.id) AS tables
FROM maitred.imported_bookings i
JOIN maitred.bookings b ON b.id = i.booking_id
JOIN maitred.restaurants r ON r.id = b.restaurant_id
JOIN maitred.guests g ON g.id = b.guest_id
WHERE i.restaurant_id = $1 AND i.source = $2 AND i.external_id = ANY ($3::text[]);

-- name: record_import
UPDATE maitred.imported_bookings SET recorded = $4 WHERE restaurant_id = $1 AND source = $2 AND external_id = $3;

-- name: here_under_another_source
-- Rows of a file that are bookings here already, which this source did not bring: by the same id and time or name, or by
-- the same time, party and name. $3 rows[]: row, external_id, service_date, starts_at, party_size, name
WITH file AS (
    SELECT f.* FROM jsonb_to_recordset($3::jsonb) AS f (
        row int, external_id text, service_date date, starts_at timestamptz, party_size int, name text)
    WHERE NOT EXISTS (
        SELECT FROM maitred.imported_bookings i
        WHERE i.restaurant_id = $1 AND i.source = $2 AND i.external_id = f.external_id)
)
SELECT f.row, i.source, b.reference FROM file f
JOIN maitred.imported_bookings i ON i.restaurant_id = $1 AND i.source <> $2 AND i.external_id = f.external_id
JOIN maitred.bookings b ON b.id = i.booking_id
JOIN maitred.guests g ON g.id = b.guest_id
WHERE b.starts_at = f.starts_at OR lower(g.name) = lower(f.name)
UNION
SELECT f.row, i.source, b.reference FROM file f
JOIN maitred.bookings b ON b.restaurant_id = $1 AND b.service_date = f.service_date AND b.starts_at = f.starts_at
    AND b.party_size = f.party_size
JOIN maitred.guests g ON g.id = b.guest_id AND lower(g.name) = lower(f.name)
LEFT JOIN maitred.imported_bookings i ON i.booking_id = b.id
WHERE i.source IS DISTINCT FROM $2
ORDER BY 1;

-- name: ensure_import_days
INSERT INTO maitred.service_days (restaurant_id, service_date)
SELECT $1, day FROM unnest($2::date[]) AS day ORDER BY day ON CONFLICT DO NOTHING;

-- name: lock_import_days
-- In order of date, as everybody does who locks more than one.
SELECT service_date, fence FROM maitred.service_days
WHERE restaurant_id = $1 AND service_date = ANY ($2::date[]) ORDER BY service_date FOR UPDATE;

-- name: taken_between
SELECT table_id, lower(during) AS starts_at, upper(during) AS ends_at FROM maitred.allocations
WHERE restaurant_id = $1 AND during && tstzrange($2, $3);

-- name: insert_imported
-- Guests, bookings with their whole history, their events (recorded, never announced) and keys, all or nothing.
-- $1 guests[]  $2 bookings[]  $3 history[]  $4 outbox[]  $5 keys[]
WITH guests AS (
    INSERT INTO maitred.guests (id, restaurant_id, name, email, phone, locale, search)
    SELECT g.id, g.restaurant_id, g.name, g.email, g.phone, g.locale, g.search
    FROM jsonb_populate_recordset(NULL::maitred.guests, $1::jsonb) g
), history AS (
    INSERT INTO maitred.booking_history SELECT h.* FROM jsonb_populate_recordset(NULL::maitred.booking_history, $3::jsonb) h
), events AS (
    INSERT INTO maitred.outbox (event_id, restaurant_id, booking_id, type, event, published_at, done_at)
    SELECT o.event_id, o.restaurant_id, o.booking_id, o.type, o.event, o.done_at, o.done_at
    FROM jsonb_populate_recordset(NULL::maitred.outbox, $4::jsonb) o
), keys AS (
    INSERT INTO maitred.imported_bookings
    SELECT k.* FROM jsonb_populate_recordset(NULL::maitred.imported_bookings, $5::jsonb) k
)
INSERT INTO maitred.bookings (
    id, restaurant_id, service_date, reference, external_ref, guest_id, party_size, starts_at, turn_minutes,
    buffer_minutes, source, zone_preference, accessible, notes, state, version, reason_code, reason_data, pending_since,
    due_at, rounds, review_deadline, first_confirmed_at, created_at, updated_at)
SELECT b.id, b.restaurant_id, b.service_date, b.reference, b.external_ref, b.guest_id, b.party_size, b.starts_at,
    b.turn_minutes, b.buffer_minutes, b.source, b.zone_preference, b.accessible, b.notes, b.state, b.version,
    b.reason_code, b.reason_data, b.pending_since, b.due_at, b.rounds, b.review_deadline,
    b.first_confirmed_at, h.at, h.at
FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS given (row, place)
CROSS JOIN LATERAL jsonb_populate_record(NULL::maitred.bookings, given.row) b
JOIN jsonb_populate_recordset(NULL::maitred.booking_history, $3::jsonb) h ON h.booking_id = b.id AND h.version = 1
ORDER BY given.place;
