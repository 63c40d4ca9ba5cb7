-- Reads that answer a screen or a caller. Nothing here takes a lock.

-- name: booking_view
SELECT b.*, r.slug AS restaurant, g.name AS guest_name, g.email AS guest_email, g.phone AS guest_phone,
    g.locale AS guest_locale, s.tables, s.seated_from, s.seated_until
FROM maitred.bookings b
JOIN maitred.restaurants r ON r.id = b.restaurant_id
JOIN maitred.guests g ON g.id = b.guest_id
LEFT JOIN LATERAL (
    SELECT array_agg(a.table_id ORDER BY a.table_id) AS tables, min(lower(a.during)) AS seated_from,
        max(upper(a.during)) AS seated_until
    FROM maitred.allocations a WHERE a.booking_id = b.id) s ON true
WHERE b.id = $1;

-- name: list_bookings
SELECT b.*, r.slug AS restaurant, g.name AS guest_name, g.email AS guest_email, g.phone AS guest_phone,
    g.locale AS guest_locale, s.tables, s.seated_from, s.seated_until
FROM maitred.bookings b
JOIN maitred.restaurants r ON r.id = b.restaurant_id
JOIN maitred.guests g ON g.id = b.guest_id
LEFT JOIN LATERAL (
    SELECT array_agg(a.table_id ORDER BY a.table_id) AS tables, min(lower(a.during)) AS seated_from,
        max(upper(a.during)) AS seated_until
    FROM maitred.allocations a WHERE a.booking_id = b.id) s ON true
WHERE b.restaurant_id = $1
  AND ($2::date IS NULL OR b.service_date = $2)
  AND ($3::text[] IS NULL OR b.state = ANY ($3))
  AND ($4::text IS NULL OR g.name ILIKE $4 OR b.reference ILIKE $4 OR b.external_ref ILIKE $4 OR g.phone ILIKE $4
       OR g.email ILIKE $4)
  AND ($5::bigint IS NULL OR b.arrival > $5)
ORDER BY b.arrival LIMIT $6;

-- name: review_queue
SELECT b.*, r.slug AS restaurant, g.name AS guest_name, g.email AS guest_email, g.phone AS guest_phone,
    g.locale AS guest_locale, NULL::text[] AS tables, NULL::timestamptz AS seated_from, NULL::timestamptz AS seated_until
FROM maitred.bookings b
JOIN maitred.restaurants r ON r.id = b.restaurant_id
JOIN maitred.guests g ON g.id = b.guest_id
WHERE b.restaurant_id = $1 AND b.state = 'manual_review'
ORDER BY b.review_deadline NULLS LAST, b.arrival LIMIT 500;

-- name: history
SELECT version, from_state, action, to_state, actor_kind, actor_id, reason_code, reason_data, at, event_id
FROM maitred.booking_history WHERE booking_id = $1 ORDER BY version;

-- name: attempts
SELECT round, strategy, plan, runner_up, outcome, reason_code, reason_data, duration_ms, decided_at, worker
FROM maitred.attempts WHERE booking_id = $1 ORDER BY id;
