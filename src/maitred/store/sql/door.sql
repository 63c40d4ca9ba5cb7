-- The phone line and the queue at the door.

-- name: phone_draft
SELECT call_id, line, hold_id, held_for, booking_id, updated_at, settled, left_line
FROM maitred.phone_drafts WHERE person_id = $1 AND restaurant_id = $2;

-- name: note_line
-- What is typed now in call $4. Another call than the one before leaves that one's line to be gone on with; a line that
-- is typed after a booking was made is the next call's, whose number is $5.
INSERT INTO maitred.phone_drafts AS d (person_id, restaurant_id, line, call_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id, restaurant_id) DO UPDATE SET
    line = excluded.line,
    call_id = CASE WHEN d.call_id = $4 AND d.booking_id IS NOT NULL AND d.line <> excluded.line THEN $5 ELSE $4 END,
    hold_id = CASE WHEN d.call_id = $4 AND d.booking_id IS NULL THEN d.hold_id END,
    booking_id = CASE WHEN d.call_id = $4 AND d.line = excluded.line THEN d.booking_id END,
    settled = CASE WHEN d.call_id = $4 AND d.booking_id IS NULL THEN d.settled ELSE '[]' END,
    left_line = CASE WHEN d.call_id <> $4 AND d.booking_id IS NULL AND d.line <> '' THEN d.line ELSE d.left_line END,
    updated_at = clock_timestamp()
RETURNING call_id, line, hold_id, held_for, booking_id, updated_at, settled, left_line;

-- name: settle_words
UPDATE maitred.phone_drafts SET settled = $3, updated_at = clock_timestamp() WHERE person_id = $1 AND restaurant_id = $2;

-- name: go_on_with_left_line
-- The line that was left becomes call $3, and the present one is what is left.
UPDATE maitred.phone_drafts SET line = left_line, left_line = CASE WHEN booking_id IS NULL THEN line ELSE '' END,
    call_id = $3, hold_id = NULL, booking_id = NULL, settled = '[]', updated_at = clock_timestamp()
WHERE person_id = $1 AND restaurant_id = $2 AND left_line <> '';

-- name: keep_hold
UPDATE maitred.phone_drafts SET hold_id = $3, held_for = $4, updated_at = clock_timestamp() WHERE person_id = $1 AND restaurant_id = $2;

-- name: end_call
UPDATE maitred.phone_drafts SET booking_id = $3, hold_id = NULL, updated_at = clock_timestamp()
WHERE person_id = $1 AND restaurant_id = $2;

-- name: clear_draft
-- What was typed is left to be gone on with, unless it came to a booking; clearing an empty line forgets that, too.
UPDATE maitred.phone_drafts d SET line = '', left_line = CASE WHEN d.booking_id IS NULL THEN d.line ELSE '' END,
    call_id = $3, hold_id = NULL, booking_id = NULL, settled = '[]', updated_at = clock_timestamp()
FROM (SELECT hold_id FROM maitred.phone_drafts WHERE person_id = $1 AND restaurant_id = $2 FOR UPDATE) old
WHERE d.person_id = $1 AND d.restaurant_id = $2 RETURNING old.hold_id;

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
