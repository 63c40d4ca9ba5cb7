-- Move sets: who changed tables together, for which cause, and whether they went back.

-- name: insert_move_sets
INSERT INTO maitred.move_sets
    (id, restaurant_id, service_date, cause, for_booking, actor_kind, actor, note, at)
SELECT s.id, s.restaurant_id, s.service_date, s.cause, s.for_booking, s.actor_kind, s.actor, s.note, s.at
FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (id uuid, restaurant_id bigint, service_date date, cause text,
    for_booking uuid, actor_kind text, actor text, note text, at timestamptz)) WITH ORDINALITY
    AS s (id, restaurant_id, service_date, cause, for_booking, actor_kind, actor, note, at, place)
ORDER BY s.place;

-- name: insert_move_set_entries
INSERT INTO maitred.move_set_entries (move_set, booking_id, from_tables, to_tables, version, changed)
SELECT e.move_set, e.booking_id, e.from_tables, e.to_tables, e.version, e.changed
FROM jsonb_to_recordset($1::jsonb)
    AS e (move_set uuid, booking_id uuid, from_tables text[], to_tables text[], version integer, changed jsonb);

-- name: lock_move_set
SELECT id, restaurant_id, service_date, cause, for_booking, actor_kind, actor, note, at, undone_at, undone_by
FROM maitred.move_sets WHERE id = $1 FOR UPDATE;

-- name: move_set_by_id
SELECT id, restaurant_id, service_date, cause, for_booking, actor_kind, actor, note, at, undone_at, undone_by
FROM maitred.move_sets WHERE id = $1;

-- name: entries_of_move_set
-- `altered`: since it moved the booking took a step that may have changed what it asks for or how it came to its tables.
SELECT e.booking_id, e.from_tables, e.to_tables, e.version, e.changed, EXISTS (
    SELECT 1 FROM maitred.booking_history h WHERE h.booking_id = e.booking_id AND h.version > e.version
        AND h.action NOT IN ('move', 'pin', 'unpin', 'late_table', 'late_guest')
        AND NOT (h.action = 'modify' AND h.reason_data -> 'fields' <@ '["notes", "guest"]')) AS altered
FROM maitred.move_set_entries e WHERE e.move_set = $1 ORDER BY e.booking_id;

-- name: undo_move_set
UPDATE maitred.move_sets SET undone_at = $2, undone_by = $3 WHERE id = $1 AND undone_at IS NULL RETURNING id;

-- name: move_sets_of_day
-- A day's sets with their entries, the newest first; one row an entry.
SELECT s.id, s.cause, s.actor_kind, s.actor, s.note, s.at, s.undone_at, s.undone_by, f.id AS for_id,
    f.reference AS for_reference, fg.name AS for_guest, b.id AS booking_id, b.reference, g.name AS guest_name,
    b.party_size, b.starts_at, e.from_tables, e.to_tables, e.version
FROM maitred.move_sets s
JOIN maitred.move_set_entries e ON e.move_set = s.id
JOIN maitred.bookings b ON b.id = e.booking_id
JOIN maitred.guests g ON g.id = b.guest_id
LEFT JOIN maitred.bookings f ON f.id = s.for_booking
LEFT JOIN maitred.guests fg ON fg.id = f.guest_id
WHERE s.restaurant_id = $1 AND s.service_date = $2
ORDER BY s.seq DESC, b.starts_at, b.arrival LIMIT 2000;

-- name: move_sets_of_booking
-- The sets in which a booking moved, or that made room for it.
SELECT s.id, s.cause, s.actor_kind, s.actor, s.note, s.at, s.undone_at, s.undone_by, f.id AS for_id,
    f.reference AS for_reference, fg.name AS for_guest, b.id AS booking_id, b.reference, g.name AS guest_name,
    b.party_size, b.starts_at, e.from_tables, e.to_tables, e.version
FROM maitred.move_sets s
JOIN maitred.move_set_entries e ON e.move_set = s.id
JOIN maitred.bookings b ON b.id = e.booking_id
JOIN maitred.guests g ON g.id = b.guest_id
LEFT JOIN maitred.bookings f ON f.id = s.for_booking
LEFT JOIN maitred.guests fg ON fg.id = f.guest_id
WHERE s.for_booking = $1 OR s.id IN (SELECT own.move_set FROM maitred.move_set_entries own WHERE own.booking_id = $1)
ORDER BY s.seq DESC, b.starts_at, b.arrival LIMIT 200;

-- name: stands_for
-- The live booking that was made in place of one that had failed.
SELECT b.id FROM maitred.bookings b JOIN maitred.booking_history h ON h.booking_id = b.id
WHERE b.restaurant_id = $1 AND b.service_date = $2 AND b.state NOT IN ('failed', 'cancelled')
  AND h.action = 'confirm' AND h.reason_data #>> '{room,stands_for}' = $3::text LIMIT 1;
