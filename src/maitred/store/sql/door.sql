-- The phone line and the queue at the door.

-- name: phone_draft
SELECT call_id, line, settled, hold_id, held_for, booking_id FROM maitred.phone_drafts
WHERE call_id = $1 AND person_id = $2 AND restaurant_id = $3;

-- name: lock_draft
SELECT call_id, line, settled, hold_id, held_for, booking_id FROM maitred.phone_drafts WHERE call_id = $1 FOR UPDATE;

-- name: drafts_left
SELECT call_id, line, settled, hold_id, held_for, booking_id FROM maitred.phone_drafts
WHERE person_id = $1 AND restaurant_id = $2 AND booking_id IS NULL AND updated_at > $3 AND (line <> '' OR settled <> '{}')
ORDER BY updated_at DESC, call_id LIMIT $4;

-- name: note_draft
-- Nothing is noted about a call that was booked, nor about somebody else's.
INSERT INTO maitred.phone_drafts (call_id, person_id, restaurant_id, line, settled, updated_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (call_id) DO UPDATE SET line = excluded.line, settled = excluded.settled, updated_at = excluded.updated_at
    WHERE phone_drafts.person_id = $2 AND phone_drafts.restaurant_id = $3 AND phone_drafts.booking_id IS NULL
RETURNING call_id, line, settled, hold_id, held_for, booking_id;

-- name: keep_hold
UPDATE maitred.phone_drafts SET hold_id = $2, held_for = $3 WHERE call_id = $1;

-- name: end_call
UPDATE maitred.phone_drafts SET booking_id = $2, hold_id = NULL WHERE call_id = $1 AND booking_id IS NULL RETURNING call_id;

-- name: forget_draft
DELETE FROM maitred.phone_drafts WHERE call_id = $1 AND person_id = $2 AND restaurant_id = $3 AND booking_id IS NULL
RETURNING hold_id;

-- name: purge_drafts
DELETE FROM maitred.phone_drafts WHERE updated_at < $1;

-- name: join_queue
INSERT INTO maitred.door_queue (id, restaurant_id, service_date, name, party_size, accessible, phone, notes,
    quoted_from, quoted_to, joined_at, joined_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: waiting_parties
SELECT * FROM maitred.door_queue WHERE restaurant_id = $1 AND closed_at IS NULL ORDER BY joined_at, id LIMIT 200;

-- name: waiting_party
SELECT * FROM maitred.door_queue WHERE restaurant_id = $1 AND id = $2;

-- name: call_party
-- $3 when, none: take it back.
UPDATE maitred.door_queue SET called_at = $3::timestamptz, called_by = CASE WHEN $3::timestamptz IS NOT NULL THEN $4::text END
WHERE restaurant_id = $1 AND id = $2 AND closed_at IS NULL AND (called_at IS NULL) = ($3::timestamptz IS NOT NULL)
RETURNING id;

-- name: close_party
UPDATE maitred.door_queue SET closed_at = $3, closed_by = $4 WHERE restaurant_id = $1 AND id = $2 AND closed_at IS NULL
RETURNING id;

-- name: seat_party
UPDATE maitred.door_queue SET booking_id = $3 WHERE restaurant_id = $1 AND id = $2 RETURNING id;

-- name: reopen_party
-- Back into the queue, at the place it had; $3 bounds how long ago it may have left.
UPDATE maitred.door_queue SET closed_at = NULL, closed_by = NULL, booking_id = NULL
WHERE restaurant_id = $1 AND id = $2 AND closed_at > $3 RETURNING id;

-- name: tell_of_queue
INSERT INTO maitred.outbox (event_id, restaurant_id, type, event) VALUES ($1, $2, 'queue.changed', $3::jsonb);

-- name: take_ticket
INSERT INTO maitred.forms_sent (ticket, restaurant_id, sent_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING ticket;

-- name: ticket_taken
SELECT EXISTS (SELECT FROM maitred.forms_sent WHERE ticket = $1);

-- name: purge_tickets
DELETE FROM maitred.forms_sent WHERE sent_at < $1;
