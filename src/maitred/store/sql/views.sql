-- Reads that answer a screen or a caller. Nothing here takes a lock.

-- name: booking_view
SELECT * FROM maitred.bookings_shown WHERE id = $1;

-- name: list_bookings
SELECT * FROM maitred.bookings_shown
WHERE restaurant_id = $1
  AND ($2::date IS NULL OR service_date = $2)
  AND ($3::text[] IS NULL OR state = ANY ($3))
  AND ($4::bigint IS NULL OR arrival > $4)
ORDER BY arrival LIMIT $5;

-- name: review_queue
SELECT * FROM maitred.bookings_shown
WHERE restaurant_id = $1 AND state = 'manual_review'
ORDER BY first_confirmed_at IS NULL, CASE WHEN first_confirmed_at IS NULL THEN review_deadline ELSE starts_at END NULLS LAST,
    arrival LIMIT 500;

-- name: reviews_waiting
-- $2 the present service day, none: nobody asks who needs a table by then.
SELECT count(*) FILTER (WHERE state = 'manual_review') AS waiting, min(review_deadline) AS first,
    count(*) FILTER (WHERE first_confirmed_at IS NOT NULL AND service_date <= $2::date) AS tableless
FROM maitred.bookings WHERE restaurant_id = $1
  AND state IN ('created', 'capacity_verified', 'assignment_pending', 'assignment_in_progress', 'manual_review');

-- name: without_table
-- Who counts on a table and has none, up to a day; also those whose time has passed, until somebody decides.
SELECT * FROM maitred.bookings_shown
WHERE restaurant_id = $1 AND service_date <= $2 AND first_confirmed_at IS NOT NULL
  AND state IN ('created', 'capacity_verified', 'assignment_pending', 'assignment_in_progress', 'manual_review')
ORDER BY starts_at, arrival LIMIT 100;

-- name: days_touched
-- When something last happened to a booking of each of some days.
SELECT service_date, max(updated_at) AS at FROM maitred.bookings
WHERE restaurant_id = $1 AND service_date = ANY ($2::date[]) GROUP BY service_date;

-- name: history
SELECT version, from_state, action, to_state, actor_kind, actor_id, reason_code, reason_data, at, event_id
FROM maitred.booking_history WHERE booking_id = $1 ORDER BY version;

-- name: attempts
SELECT round, strategy, plan, runner_up, outcome, reason_code, reason_data, duration_ms, decided_at, worker
FROM maitred.attempts WHERE booking_id = $1 ORDER BY id;
