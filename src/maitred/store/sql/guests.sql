-- Guests of one restaurant. Who has the same phone (E.164) or email is shown together, and never made one.

-- name: bookings_of_guest
-- The latest first.
SELECT b.* FROM maitred.bookings_shown b
WHERE b.guest_id IN (
    SELECT g.id FROM maitred.guests g
    WHERE g.restaurant_id = $1 AND (g.id = $2 OR g.phone = $3::text OR lower(g.email) = lower($4::text)))
ORDER BY b.starts_at DESC, b.arrival DESC LIMIT $5;

-- name: note_of_guest
SELECT g.house_notes, g.tags, g.noted_at, g.noted_by FROM maitred.guests g
WHERE g.restaurant_id = $1 AND g.noted_at IS NOT NULL
  AND (g.id = $2 OR g.phone = $3::text OR lower(g.email) = lower($4::text))
ORDER BY g.noted_at DESC LIMIT 1;

-- name: note_guest
UPDATE maitred.guests SET house_notes = $2, tags = $3, noted_at = $4, noted_by = $5 WHERE id = $1;

-- name: guest_names
-- Who the bookings of a day are, by the booking's id.
SELECT b.id, g.name FROM maitred.bookings b JOIN maitred.guests g ON g.id = b.guest_id
WHERE b.restaurant_id = $1 AND b.service_date = $2;

-- name: guest_names_of_references
SELECT b.reference, g.name FROM maitred.bookings b JOIN maitred.guests g ON g.id = b.guest_id
WHERE b.restaurant_id = $1 AND b.reference = ANY ($2::text[]);

-- name: lock_guest
-- In one order, so that two writers who share both wait for each other only once.
SELECT pg_advisory_xact_lock(hashtextextended($1::bigint || ' ' || known, 0)) FROM unnest($2::text[]) AS known;

-- name: keep_typed
INSERT INTO maitred.forms_typed (id, restaurant_id, fields, faults, said, kept_until) VALUES ($1, $2, $3, $4, $5, $6);

-- name: find_typed
SELECT fields, faults, said FROM maitred.forms_typed WHERE id = $1 AND restaurant_id = $2 AND kept_until > $3;

-- name: purge_typed
DELETE FROM maitred.forms_typed WHERE kept_until < $1;
