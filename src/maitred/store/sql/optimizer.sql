-- The optimizer's runs and its record of nights.

-- name: insert_run
-- No row comes back while another run of that day is under way, or when a service has had its scheduled one.
INSERT INTO maitred.optimizer_runs
    (id, restaurant_id, service_date, service, auto, max_moves, include_refused, state, requested_by, requested_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9) ON CONFLICT DO NOTHING RETURNING id;

-- name: run_by_id
SELECT o.*, r.slug AS restaurant FROM maitred.optimizer_runs o JOIN maitred.restaurants r ON r.id = o.restaurant_id
WHERE o.id = $1;

-- name: open_run_of_day
SELECT o.*, r.slug AS restaurant FROM maitred.optimizer_runs o JOIN maitred.restaurants r ON r.id = o.restaurant_id
WHERE o.restaurant_id = $1 AND o.service_date = $2 AND o.state IN ('queued', 'running');

-- name: runs_of_venue
SELECT o.*, r.slug AS restaurant FROM maitred.optimizer_runs o JOIN maitred.restaurants r ON r.id = o.restaurant_id
WHERE o.restaurant_id = $1 AND ($2::date IS NULL OR o.service_date = $2) ORDER BY o.seq DESC LIMIT $3;

-- name: take_run
-- The next run to solve: one that waits, or one whose owner is gone.
UPDATE maitred.optimizer_runs o SET state = 'running', owner = $1, owner_until = $3, attempts = o.attempts + 1
FROM maitred.restaurants r
WHERE r.id = o.restaurant_id AND o.id = (
    SELECT id FROM maitred.optimizer_runs
    WHERE state = 'queued' OR (state = 'running' AND owner_until <= $2)
    ORDER BY seq LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING o.*, r.slug AS restaurant;

-- name: give_run_back
UPDATE maitred.optimizer_runs SET state = 'queued', owner = NULL, owner_until = NULL
WHERE id = $1 AND state = 'running' AND owner = $2 AND attempts = $3;

-- name: finish_run
-- Only by its owner: a worker that was believed dead finds that the run is somebody else's.
UPDATE maitred.optimizer_runs SET state = $4, owner = NULL, owner_until = NULL, finished_at = $5, basis = $6,
    proposal = $7, error = $8
WHERE id = $1 AND state = 'running' AND owner = $2 AND attempts = $3 RETURNING id;

-- name: settle_run
UPDATE maitred.optimizer_runs SET state = $2, settled_at = $3, settled_by = $4, move_set = $5
WHERE id = $1 AND state = 'proposed' RETURNING id;

-- name: outdate_run
UPDATE maitred.optimizer_runs SET state = 'stale', error = $2 WHERE id = $1 AND state = 'proposed';

-- name: scheduled_proposals
-- Proposals by schedule that nobody has settled yet, and that are not old.
SELECT o.*, r.slug AS restaurant FROM maitred.optimizer_runs o JOIN maitred.restaurants r ON r.id = o.restaurant_id
WHERE o.auto AND o.state = 'proposed' AND o.finished_at > $1 ORDER BY o.seq;

-- name: bookings_of_day
SELECT b.*, r.slug AS restaurant FROM maitred.bookings b JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE b.restaurant_id = $1 AND b.service_date = $2 AND b.state = ANY ($3::text[])
ORDER BY b.arrival;

-- name: guests_of_bookings
SELECT b.id, b.reference, b.party_size, b.starts_at, g.name AS guest
FROM maitred.bookings b JOIN maitred.guests g ON g.id = b.guest_id WHERE b.id = ANY ($1::uuid[]);

-- name: venues_with_optimizer
SELECT r.slug FROM maitred.restaurants r
JOIN maitred.venue_versions v ON v.restaurant_id = r.id AND v.version = r.version
WHERE v.document #> '{seating,optimizer,auto}' = 'true'::jsonb ORDER BY r.slug;

-- name: nights_to_record
-- Days that are over, with bookings and without a record; the oldest first.
SELECT DISTINCT r.slug, b.service_date FROM maitred.bookings b JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE b.service_date BETWEEN $1 AND $2 AND NOT EXISTS (
    SELECT FROM maitred.optimizer_nights n WHERE n.restaurant_id = b.restaurant_id AND n.service_date = b.service_date)
ORDER BY b.service_date, r.slug;

-- name: insert_night
INSERT INTO maitred.optimizer_nights
    (restaurant_id, service_date, asked_covers, seated_covers, optimum_covers, bound_covers, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING;

-- name: nights_of_venue
SELECT service_date, asked_covers, seated_covers, optimum_covers, bound_covers, recorded_at
FROM maitred.optimizer_nights WHERE restaurant_id = $1 AND service_date BETWEEN $2 AND $3
ORDER BY service_date DESC LIMIT $4;
