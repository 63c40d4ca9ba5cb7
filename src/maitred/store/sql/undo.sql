-- What people did and can be taken back: an entry, and each booking it touched as it was before and after.

-- name: insert_undo_entry
INSERT INTO maitred.undo_entries (id, restaurant_id, booking_id, what, subject, actor_kind, actor, at, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: insert_undo_parts
-- How everybody stands before. The caller has locked them. $1 entry, $2 booking ids
INSERT INTO maitred.undo_parts (entry, booking_id, version_before, before)
SELECT $1, b.id, b.version, maitred.image_of(b.id) FROM maitred.bookings b WHERE b.id = ANY ($2::uuid[]);

-- name: add_made_booking
-- A booking that the action has made was not there before.
INSERT INTO maitred.undo_parts (entry, booking_id) VALUES ($1, $2);

-- name: finish_undo_entry
-- How everybody stands after; who did not change is no part of it. Undo of these bookings takes this back from now on.
-- $1 entry, $2 closed blocks, $3 opened blocks
WITH unchanged AS (
    DELETE FROM maitred.undo_parts p USING maitred.bookings b
    WHERE p.entry = $1 AND b.id = p.booking_id AND p.before = maitred.image_of(b.id)
), finished AS (
    UPDATE maitred.undo_parts p SET version_after = b.version, after = maitred.image_of(b.id) FROM maitred.bookings b
    WHERE p.entry = $1 AND b.id = p.booking_id AND p.before IS DISTINCT FROM maitred.image_of(b.id)
    RETURNING p.booking_id
), entry AS (
    UPDATE maitred.undo_entries SET blocks = $2, opened = $3 WHERE id = $1 RETURNING until
)
UPDATE maitred.bookings b SET undo_entry = $1, undo_until = entry.until FROM finished, entry
WHERE b.id = finished.booking_id;

-- name: decided_since
-- The house has decided about bookings that the action left to be decided: that is taken back with it.
-- $1 entry, $2 booking ids
UPDATE maitred.undo_parts p SET version_after = b.version, after = maitred.image_of(b.id) FROM maitred.bookings b
WHERE p.entry = $1 AND b.id = p.booking_id AND b.id = ANY ($2::uuid[]);

-- name: undo_entry
SELECT e.*, g.name AS guest FROM maitred.undo_entries e LEFT JOIN maitred.bookings b ON b.id = e.booking_id
LEFT JOIN maitred.guests g ON g.id = b.guest_id WHERE e.id = $1;

-- name: lock_undo_entry
-- Before any booking: whoever plans a message of this action holds it while they write.
SELECT undone_at FROM maitred.undo_entries WHERE id = $1 FOR UPDATE;

-- name: undo_entry_of_block
-- $1 block, $2 now
SELECT id FROM maitred.undo_entries WHERE blocks @> ARRAY[$1::uuid] AND undone_at IS NULL AND until >= $2
ORDER BY at DESC LIMIT 1;

-- name: tables_given_back_since
-- Whether somebody has given tables of a day back so lately that they may take that back. $1 restaurant, $2 day, $3 since
-- The index is by the clock of Postgres, from which the caller's may differ.
SELECT EXISTS (
    SELECT FROM maitred.undo_entries e JOIN maitred.undo_parts p ON p.entry = e.id
    WHERE e.restaurant_id = $1 AND e.at > $3 AND e.at < $3 + interval '1 hour' AND e.undone_at IS NULL
        AND e.created_at > clock_timestamp() - interval '1 hour'
        AND (p.before -> 'booking' ->> 'service_date')::date = $2 AND p.before -> 'tables' <> '[]'::jsonb
        AND (p.before -> 'tables', p.before -> 'from', p.before -> 'until')
            IS DISTINCT FROM (p.after -> 'tables', p.after -> 'from', p.after -> 'until'));

-- name: undo_parts
SELECT booking_id, version_before, version_after, before, after FROM maitred.undo_parts WHERE entry = $1 ORDER BY booking_id;

-- name: bookings_of_images
-- The rows of images, those before ($2 'before') or after. $1 entry
SELECT (jsonb_populate_record(NULL::maitred.bookings, CASE $2 WHEN 'before' THEN p.before ELSE p.after END -> 'booking')).*,
    r.slug AS restaurant
FROM maitred.undo_parts p JOIN maitred.bookings b ON b.id = p.booking_id JOIN maitred.restaurants r ON r.id = b.restaurant_id
WHERE p.entry = $1 AND CASE $2 WHEN 'before' THEN p.before ELSE p.after END IS NOT NULL;

-- name: restore_guest
-- Only what the action changed. $1 image before, $2 image after
UPDATE maitred.guests g SET
    name = CASE WHEN o.name IS DISTINCT FROM n.name THEN o.name ELSE g.name END,
    email = CASE WHEN o.email IS DISTINCT FROM n.email THEN o.email ELSE g.email END,
    phone = CASE WHEN o.phone IS DISTINCT FROM n.phone THEN o.phone ELSE g.phone END,
    locale = CASE WHEN o.locale IS DISTINCT FROM n.locale THEN o.locale ELSE g.locale END,
    house_notes = CASE WHEN o.noted_at IS DISTINCT FROM n.noted_at THEN o.house_notes ELSE g.house_notes END,
    tags = CASE WHEN o.noted_at IS DISTINCT FROM n.noted_at THEN o.tags ELSE g.tags END,
    noted_by = CASE WHEN o.noted_at IS DISTINCT FROM n.noted_at THEN o.noted_by ELSE g.noted_by END,
    noted_at = CASE WHEN o.noted_at IS DISTINCT FROM n.noted_at THEN o.noted_at ELSE g.noted_at END
FROM jsonb_populate_record(NULL::maitred.guests, $1::jsonb) o, jsonb_populate_record(NULL::maitred.guests, $2::jsonb) n
WHERE g.id = o.id AND (o.name, o.email, o.phone, o.locale, o.noted_at)
    IS DISTINCT FROM (n.name, n.email, n.phone, n.locale, n.noted_at)
RETURNING g.id;

-- name: mark_entry_undone
UPDATE maitred.undo_entries SET undone_at = $2, undone_by = $3 WHERE id = $1;

-- name: mark_sets_undone
-- The sets of moves that the action wrote are undone with it.
UPDATE maitred.move_sets s SET undone_at = $2, undone_by = $3
WHERE s.undone_at IS NULL AND s.id IN (
    SELECT e.move_set FROM maitred.move_set_entries e JOIN maitred.undo_parts p ON p.booking_id = e.booking_id
    WHERE p.entry = $1 AND e.version > coalesce(p.version_before, 0) AND e.version <= p.version_after);

-- name: mark_entries_of_set_undone
-- A set that was taken back by itself cannot be taken back again. $1 set
WITH gone AS (
    UPDATE maitred.undo_entries SET undone_at = $2, undone_by = $3 WHERE undone_at IS NULL AND id IN (
        SELECT p.entry FROM maitred.undo_parts p JOIN maitred.move_set_entries e ON e.booking_id = p.booking_id
        WHERE e.move_set = $1 AND e.version > coalesce(p.version_before, 0) AND e.version <= p.version_after)
    RETURNING id)
UPDATE maitred.bookings SET undo_entry = NULL, undo_until = NULL WHERE undo_entry IN (SELECT id FROM gone);

-- name: drop_taken_back
-- What has not left yet never will; what somebody is sending at this moment has left.
UPDATE maitred.messages SET state = 'dropped', reason = 'taken_back', settled_at = $2
WHERE undo_entry = $1 AND state = 'pending' AND claimed_until IS NULL;

-- name: forget_entries_gone
-- $1 entry that was taken back
UPDATE maitred.bookings b SET undo_entry = NULL, undo_until = NULL FROM maitred.undo_parts p
WHERE p.entry = $1 AND b.id = p.booking_id AND b.undo_entry IS NOT NULL
    AND NOT EXISTS (SELECT FROM maitred.undo_entries e WHERE e.id = b.undo_entry);

-- name: in_the_way
-- Who else has some tables in a time: bookings by guest, else a hold or a block. $1 restaurant, $2 tables, $3 from,
-- $4 until, $5 bookings, $6 blocks that are no hindrance
SELECT DISTINCT a.table_id, b.id, b.reference, b.state, b.service_date, g.name, lower(a.during) AS since,
    upper(a.during) AS until, CASE WHEN a.hold_id IS NOT NULL THEN 'hold' WHEN a.block_id IS NOT NULL THEN 'block' ELSE 'booking' END AS kind
FROM maitred.allocations a LEFT JOIN maitred.bookings b ON b.id = a.booking_id LEFT JOIN maitred.guests g ON g.id = b.guest_id
LEFT JOIN maitred.holds h ON h.id = a.hold_id
WHERE a.restaurant_id = $1 AND a.table_id = ANY ($2::text[]) AND a.during && tstzrange($3, $4)
    AND (a.booking_id IS NULL OR a.booking_id <> ALL ($5::uuid[])) AND (a.block_id IS NULL OR a.block_id <> ALL ($6::uuid[]))
    AND (a.hold_id IS NULL OR h.expires_at > clock_timestamp())
ORDER BY a.table_id, since;

-- name: cut_stay
-- In the plan a party's time ends where another begins. $1 booking, $2 until, $3 fence
UPDATE maitred.allocations SET during = tstzrange(lower(during), $2, '[)'), fence = $3 WHERE booking_id = $1;

-- name: waits_again
-- Who was seated from the queue and is taken back waits again, at the place they had.
UPDATE maitred.door_queue SET closed_at = NULL, closed_by = NULL, booking_id = NULL
WHERE booking_id = ANY ($1::uuid[]) AND closed_at IS NOT NULL RETURNING id;

-- name: cause_of_step
-- What staff did that a booking's version came of, if it can be taken back; held while its message is written. What the
-- house decides of a booking that they left to be decided came of it, too.
SELECT e.id, e.undone_at FROM maitred.undo_entries e JOIN maitred.undo_parts p ON p.entry = e.id
WHERE p.booking_id = $1 AND coalesce(p.version_before, 0) < $2 AND e.actor_kind = 'staff' AND (p.version_after >= $2
    OR p.after -> 'booking' ->> 'state' = 'assignment_pending'
        AND EXISTS (SELECT FROM maitred.bookings b WHERE b.id = $1 AND b.undo_entry = e.id))
FOR SHARE OF e;

-- name: purge_undo_entries
DELETE FROM maitred.undo_entries WHERE until < $1 AND created_at < $1;
