-- Writes of bookings: row, history and outbox in one statement each.

-- name: accept_booking
-- A new booking with guest, history, events and idempotency key, all or nothing, in one statement. No row comes back
-- when the key is taken: the loser waited for the winner, so the answer is read in a second statement.
-- The booking is as old as its first step, so that what was answered before it was stored stays true.
-- $1 booking  $2 guest  $3 consents[]  $4 history[]  $5 outbox[]  $6 ledger row or NULL
WITH ledger AS (
    INSERT INTO maitred.idempotency_keys (credential_id, restaurant_id, key, request_sha256, subject_id, answer, settled)
    SELECT credential_id, restaurant_id, key, request_sha256, subject_id, answer, settled
    FROM jsonb_populate_record(NULL::maitred.idempotency_keys, $6::jsonb) WHERE $6::jsonb IS NOT NULL
    ON CONFLICT DO NOTHING RETURNING 1
), go AS (
    SELECT 1 WHERE $6::jsonb IS NULL OR EXISTS (SELECT FROM ledger)
), guest AS (
    INSERT INTO maitred.guests (id, restaurant_id, name, email, phone, locale, search)
    SELECT g.id, g.restaurant_id, g.name, g.email, g.phone, g.locale, g.search
    FROM jsonb_populate_record(NULL::maitred.guests, $2::jsonb) g, go
), consents AS (
    INSERT INTO maitred.guest_consents (guest_id, purpose, granted, source, at)
    SELECT c.guest_id, c.purpose, c.granted, c.source, c.at
    FROM jsonb_populate_recordset(NULL::maitred.guest_consents, $3::jsonb) c, go
), history AS (
    INSERT INTO maitred.booking_history
    SELECT h.* FROM jsonb_populate_recordset(NULL::maitred.booking_history, $4::jsonb) h, go
), events AS (
    INSERT INTO maitred.outbox (event_id, restaurant_id, booking_id, type, event, published_at, done_at)
    SELECT o.event_id, o.restaurant_id, o.booking_id, o.type, o.event, o.done_at, o.done_at
    FROM jsonb_populate_recordset(NULL::maitred.outbox, $5::jsonb) o, go
)
INSERT INTO maitred.bookings (
    id, restaurant_id, service_date, reference, external_ref, guest_id, party_size, starts_at, turn_minutes,
    buffer_minutes, source, zone_preference, accessible, notes, override, state, version, reason_code, reason_data,
    decided_as_of, pending_since, due_at, rounds, review_deadline, promised_zone, first_confirmed_at, undo_entry,
    undo_until, created_at, updated_at)
SELECT b.id, b.restaurant_id, b.service_date, b.reference, b.external_ref, b.guest_id, b.party_size, b.starts_at,
    b.turn_minutes, b.buffer_minutes, b.source, b.zone_preference, b.accessible, b.notes, b.override, b.state, b.version,
    b.reason_code, b.reason_data, b.decided_as_of, b.pending_since, b.due_at, b.rounds, b.review_deadline,
    b.promised_zone, b.first_confirmed_at, b.undo_entry, b.undo_until, opened.at, opened.at
FROM jsonb_populate_record(NULL::maitred.bookings, $1::jsonb) b,
    jsonb_populate_record(NULL::maitred.booking_history, $4::jsonb -> 0) opened, go
RETURNING arrival;

-- name: save_bookings
-- Compare-and-set of many bookings, with their history and events. Returns the ids that were still at the version
-- they were read at; the caller counts them.
-- $1 bookings[]  $2 ids[]  $3 expected versions[]  $4 history[]  $5 outbox[]
WITH history AS (
    INSERT INTO maitred.booking_history
    SELECT h.* FROM jsonb_populate_recordset(NULL::maitred.booking_history, $4::jsonb) h
), events AS (
    INSERT INTO maitred.outbox (event_id, restaurant_id, booking_id, type, event, published_at, done_at)
    SELECT o.event_id, o.restaurant_id, o.booking_id, o.type, o.event, o.done_at, o.done_at
    FROM jsonb_populate_recordset(NULL::maitred.outbox, $5::jsonb) o
)
UPDATE maitred.bookings b SET
    service_date = u.service_date, party_size = u.party_size, starts_at = u.starts_at, turn_minutes = u.turn_minutes,
    buffer_minutes = u.buffer_minutes, zone_preference = u.zone_preference, accessible = u.accessible, notes = u.notes,
    override = u.override, state = u.state, version = u.version, reason_code = u.reason_code,
    reason_data = u.reason_data, pending_since = u.pending_since, due_at = u.due_at, rounds = u.rounds,
    owner = u.owner, owner_until = u.owner_until, undo_entry = u.undo_entry, undo_until = u.undo_until,
    review_deadline = u.review_deadline, claimed_by = u.claimed_by, claimed_key = u.claimed_key,
    claimed_until = u.claimed_until, promised_zone = u.promised_zone, pinned_at = u.pinned_at,
    pinned_by = u.pinned_by, pin_reason = u.pin_reason, first_confirmed_at = u.first_confirmed_at,
    updated_at = now()
FROM jsonb_populate_recordset(NULL::maitred.bookings, $1::jsonb) u
JOIN unnest($2::uuid[], $3::int[]) AS expected (id, version) ON expected.id = u.id
WHERE b.id = u.id AND b.version = expected.version
RETURNING b.id;

-- name: lock_bookings
-- Sorted by id: every path takes booking rows in this order, before any day row.
SELECT b.*, r.slug AS restaurant FROM maitred.bookings b JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE b.id = ANY ($1::uuid[]) ORDER BY b.id FOR UPDATE OF b;

-- name: booking_by_id
SELECT b.*, r.slug AS restaurant FROM maitred.bookings b JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE b.id = $1;

-- name: pending_of_day
-- In order of arrival; a booking whose retry is not due yet keeps its place but is not taken.
SELECT b.*, r.slug AS restaurant FROM maitred.bookings b JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE b.restaurant_id = $1 AND b.service_date = $2 AND b.state = 'assignment_pending' AND b.due_at <= $3
ORDER BY b.arrival LIMIT $4;

-- name: days_with_due_bookings
-- Days with pending bookings that are due since a while: what a lost event or a dead worker left behind.
SELECT r.slug, b.service_date, min(b.due_at) AS due_at
FROM maitred.bookings b JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE b.state = 'assignment_pending' AND b.due_at <= $1
GROUP BY r.slug, b.service_date ORDER BY min(b.due_at) LIMIT $2;

-- name: orphans
-- Bookings between two states whose owner is gone.
SELECT b.id FROM maitred.bookings b
WHERE b.state IN ('created', 'capacity_verified', 'assignment_in_progress', 'assigned')
  AND coalesce(b.owner_until, b.updated_at + make_interval(secs => $2::float8)) <= $1
ORDER BY b.updated_at LIMIT $3;

-- name: overdue_reviews
-- New requests only: a booking that was confirmed once has no deadline.
SELECT b.id FROM maitred.bookings b
WHERE b.state = 'manual_review' AND b.first_confirmed_at IS NULL AND b.review_deadline <= $1 ORDER BY b.review_deadline LIMIT $2;

-- name: reviews_waiting_for_room
-- A recorded decision time belongs to a replayed stream, whose refusals are final. Who lost a table that was closed gets
-- one again like everybody; a table that was lost otherwise may still be broken, so a person decides.
SELECT b.*, r.slug AS restaurant FROM maitred.bookings b JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE b.restaurant_id = $1 AND b.service_date = $2 AND b.state = 'manual_review'
  AND (b.reason_code IN ('no_capacity', 'pacing_covers', 'pacing_parties', 'moves_suggested')
    OR (b.reason_code = 'table_lost' AND b.reason_data ? 'closed')) AND b.decided_as_of IS NULL
  AND (b.claimed_until IS NULL OR b.claimed_until <= $3)
ORDER BY b.arrival;

-- name: claim_review
-- Book-keeping, no new version: a claim changes nothing about the booking.
UPDATE maitred.bookings SET claimed_by = $2, claimed_key = $3, claimed_until = $4 WHERE id = $1;

-- name: update_guest
UPDATE maitred.guests SET name = $2, email = $3, phone = $4, locale = $5, search = $6 WHERE id = $1;

-- name: insert_guest_consents
INSERT INTO maitred.guest_consents (guest_id, purpose, granted, source, at)
SELECT c.guest_id, c.purpose, c.granted, c.source, c.at
FROM jsonb_populate_recordset(NULL::maitred.guest_consents, $1::jsonb) c;

-- name: insert_attempts
INSERT INTO maitred.attempts
    (booking_id, round, strategy, plan, runner_up, outcome, reason_code, reason_data, duration_ms, decided_at, worker)
SELECT a.booking_id, a.round, a.strategy, a.plan, a.runner_up, a.outcome, a.reason_code, a.reason_data,
    a.duration_ms, a.decided_at, a.worker
FROM jsonb_populate_recordset(NULL::maitred.attempts, $1::jsonb) a;

-- name: idempotent_answer
SELECT request_sha256, subject_id, answer, settled FROM maitred.idempotency_keys
WHERE credential_id = $1 AND restaurant_id = $2 AND key = $3;

-- name: settle_idempotency_answer
-- Whoever comes first says what every repeat will hear.
UPDATE maitred.idempotency_keys SET answer = $4, settled = true
WHERE credential_id = $1 AND restaurant_id = $2 AND key = $3 AND NOT settled;

-- name: purge_idempotency_keys
-- The key of a signed offer says until when its link books: it stays for so long, or the link would book again.
DELETE FROM maitred.idempotency_keys WHERE created_at < $1 AND NOT CASE WHEN key ~ '^offer:[0-9]{9,11}:'
    THEN to_timestamp(split_part(key, ':', 2)::bigint) > clock_timestamp() ELSE false END;
