-- The phone line and the queue at the door.

-- name: phone_draft
SELECT call_id, line, hold_id, held_for, booking_id, updated_at FROM maitred.phone_drafts WHERE person_id = $1 AND restaurant_id = $2;

-- name: note_line
-- What is typed now. After a booking was made it is the next call's; $4 is that call's number.
INSERT INTO maitred.phone_drafts (person_id, restaurant_id, line, call_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id, restaurant_id) DO UPDATE SET
    line = excluded.line,
    call_id = CASE WHEN phone_drafts.booking_id IS NULL THEN phone_drafts.call_id ELSE excluded.call_id END,
    hold_id = CASE WHEN phone_drafts.booking_id IS NULL THEN phone_drafts.hold_id END,
    booking_id = CASE WHEN phone_drafts.line = excluded.line THEN phone_drafts.booking_id END,
    updated_at = clock_timestamp()
RETURNING call_id, line, hold_id, held_for, booking_id, updated_at;

-- name: keep_hold
UPDATE maitred.phone_drafts SET hold_id = $3, held_for = $4, updated_at = clock_timestamp() WHERE person_id = $1 AND restaurant_id = $2;

-- name: end_call
UPDATE maitred.phone_drafts SET booking_id = $3, hold_id = NULL, updated_at = clock_timestamp()
WHERE person_id = $1 AND restaurant_id = $2;

-- name: clear_draft
DELETE FROM maitred.phone_drafts WHERE person_id = $1 AND restaurant_id = $2 RETURNING hold_id;

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
