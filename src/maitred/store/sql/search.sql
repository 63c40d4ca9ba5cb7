-- Bookings found by their guests' words, by an index over trigrams. Which words are kept is domain/folding.py's.
-- $2 the pattern that tells most, $3 the others, of which all have to match; $4 instead of them: a reference.

-- name: search_bookings
-- $5 service day  $6 states  $7 beyond this arrival
SELECT * FROM maitred.bookings_shown WHERE id = ANY (ARRAY(
    SELECT b.id FROM maitred.guests g JOIN maitred.bookings b ON b.guest_id = g.id
    WHERE g.restaurant_id = $1 AND b.restaurant_id = $1
      AND (g.search LIKE $2 AND g.search LIKE ALL ($3::text[]) OR g.search LIKE $4)
      AND ($5::date IS NULL OR b.service_date = $5)
      AND ($6::text[] IS NULL OR b.state = ANY ($6))
      AND ($7::bigint IS NULL OR b.arrival > $7)
    ORDER BY b.arrival LIMIT $8))
ORDER BY arrival;

-- name: find_bookings
-- $5 service day
SELECT * FROM maitred.bookings_shown WHERE id = ANY (ARRAY(
    SELECT b.id FROM maitred.guests g JOIN maitred.bookings b ON b.guest_id = g.id
    WHERE g.restaurant_id = $1 AND b.restaurant_id = $1
      AND (g.search LIKE $2 AND g.search LIKE ALL ($3::text[]) OR g.search LIKE $4)
      AND ($5::date IS NULL OR b.service_date = $5)
    ORDER BY b.starts_at DESC, b.arrival LIMIT $6))
ORDER BY starts_at DESC, arrival;

-- name: not_folded
SELECT id FROM maitred.guests WHERE search IS NULL ORDER BY id LIMIT $1;

-- name: lock_words_of
-- What guests are found by, as it stands.
SELECT g.id, g.name, g.email, g.phone, b.reference, b.external_ref
FROM maitred.guests g LEFT JOIN LATERAL (
    SELECT one.reference, one.external_ref FROM maitred.bookings one WHERE one.guest_id = g.id LIMIT 1) b ON true
WHERE g.id = ANY ($1::uuid[]) ORDER BY g.id FOR UPDATE OF g;

-- name: write_words
UPDATE maitred.guests g SET search = w.search
FROM unnest($1::uuid[], $2::text[]) AS w (id, search) WHERE g.id = w.id;
