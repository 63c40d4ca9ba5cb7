-- All that is known of one guest, and taking it away. Every block gets the same five parameters:
-- (`given` only tells Postgres the type of those that a block has no use for).
-- $1 restaurant_id (NULL: every one)  $2 guest ids  $3 booking ids  $4 emails, small  $5 phones and full names
-- Words are looked for as whole ones: "Ted" is in "created".

-- name: personal_guests
-- Who has this email or phone: equal ones, never equal names.
SELECT id, restaurant_id, name, email, phone FROM maitred.guests
WHERE ($1::bigint IS NULL OR restaurant_id = $1) AND (lower(email) = $2::text OR phone = $3::text) ORDER BY created_at, id;

-- name: personal_bookings
SELECT id, reference, state, starts_at FROM maitred.bookings WHERE guest_id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE;

-- name: begin_erasing
-- Opens append-only history to the removal of words, until this transaction ends.
SELECT set_config('maitred.erasing', 'on', true);

-- name: insert_erasure
INSERT INTO maitred.erasures (id, restaurant_id, at, by_whom, guests, bookings, forced) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: export_guests
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT to_jsonb(g) - 'search' AS row FROM maitred.guests g WHERE g.id = ANY ($2::uuid[]) ORDER BY g.created_at;

-- name: erase_guests
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.guests SET name = '-', email = NULL, phone = NULL, locale = NULL, house_notes = NULL, tags = '{}',
    noted_at = NULL, noted_by = NULL,
    search = coalesce((SELECT ' ' || lower(b.reference) FROM maitred.bookings b WHERE b.guest_id = guests.id LIMIT 1), '')
WHERE id = ANY ($2::uuid[]);

-- name: export_consents
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT to_jsonb(c) AS row FROM maitred.guest_consents c WHERE c.guest_id = ANY ($2::uuid[]) ORDER BY c.at;

-- name: export_bookings
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT to_jsonb(b) - 'owner' - 'owner_until' - 'claimed_key' AS row FROM maitred.bookings_shown b
WHERE b.id = ANY ($3::uuid[]) ORDER BY b.starts_at;

-- name: erase_bookings
-- What was decided stays, in codes; what people wrote goes.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.bookings SET notes = NULL, external_ref = NULL, zone_preference = zone_preference,
    override = CASE WHEN override IS NULL THEN NULL ELSE override || '{"reason": "-"}' END,
    pin_reason = CASE WHEN pin_reason IS NULL THEN NULL ELSE '-' END,
    reason_data = CASE WHEN reason_data IS NULL THEN NULL ELSE '{}'::jsonb END
WHERE id = ANY ($3::uuid[]);

-- name: export_imports
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT to_jsonb(i) AS row FROM maitred.imported_bookings i WHERE i.booking_id = ANY ($3::uuid[]) ORDER BY i.booking_id;

-- name: erase_imports
-- The id stays, or the next export would bring the guest back; digests of name, contact and notes go.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.imported_bookings SET recorded = recorded - 'guest' - 'notes' WHERE booking_id = ANY ($3::uuid[]);

-- name: export_history
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT to_jsonb(h) - 'event_id' AS row FROM maitred.booking_history h
WHERE h.booking_id = ANY ($3::uuid[]) ORDER BY h.at, h.version;

-- name: erase_history
-- Tables, causes and numbers stay (learned outcomes and undo read them); free text and foreign ids go.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.booking_history h SET reason_data = (
    SELECT coalesce(jsonb_object_agg(d.key, d.value), '{}') FROM jsonb_each(h.reason_data) AS d (key, value)
    WHERE d.key IN ('tables', 'from', 'to', 'lost', 'closed', 'fields', 'cause', 'move_set', 'undoes', 'run', 'rounds',
        'source', 'assumed', 'imported', 'review_party_size'))
WHERE h.booking_id = ANY ($3::uuid[]) AND jsonb_typeof(h.reason_data) = 'object';

-- name: export_attempts
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT to_jsonb(a) - 'id' AS row FROM maitred.attempts a WHERE a.booking_id = ANY ($3::uuid[]) ORDER BY a.id;

-- name: erase_attempts
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.attempts SET reason_data = NULL, plan = plan - 'explanation' WHERE booking_id = ANY ($3::uuid[]);

-- name: export_moves
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT to_jsonb(s) || jsonb_build_object('entry', to_jsonb(e)) AS row
FROM maitred.move_sets s JOIN maitred.move_set_entries e ON e.move_set = s.id
WHERE e.booking_id = ANY ($3::uuid[]) ORDER BY s.seq;

-- name: erase_moves
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.move_sets s SET note = NULL WHERE s.note IS NOT NULL AND (s.for_booking = ANY ($3::uuid[])
    OR EXISTS (SELECT FROM maitred.move_set_entries e WHERE e.move_set = s.id AND e.booking_id = ANY ($3::uuid[])));

-- name: erase_moves_changed
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.move_set_entries SET changed = '{}' WHERE changed <> '{}' AND booking_id = ANY ($3::uuid[]);

-- name: export_undo
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT jsonb_build_object('what', e.what, 'at', e.at, 'by', e.actor, 'before', p.before, 'after', p.after) AS row
FROM maitred.undo_parts p JOIN maitred.undo_entries e ON e.id = p.entry WHERE p.booking_id = ANY ($3::uuid[]) ORDER BY e.at;

-- name: erase_undo
-- What a guest was called before a change is nobody's any more, and so nothing of it can be taken back.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[]), gone AS (
    DELETE FROM maitred.undo_entries WHERE id IN (SELECT entry FROM maitred.undo_parts WHERE booking_id = ANY ($3::uuid[]))
    RETURNING id)
UPDATE maitred.bookings SET undo_entry = NULL, undo_until = NULL WHERE undo_entry IN (SELECT id FROM gone);

-- name: export_queue
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT to_jsonb(q) AS row FROM maitred.door_queue q
WHERE ($1::bigint IS NULL OR q.restaurant_id = $1) AND (q.booking_id = ANY ($3::uuid[]) OR q.phone = ANY ($5::text[]))
ORDER BY q.joined_at;

-- name: erase_queue
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.door_queue SET name = '-', phone = NULL, notes = NULL
WHERE ($1::bigint IS NULL OR restaurant_id = $1) AND (booking_id = ANY ($3::uuid[]) OR phone = ANY ($5::text[]));

-- name: export_drafts
-- By address and number alone: whoever has the same name is somebody else. A number is typed as it is dialled at home,
-- in groups or not: its last eight figures tell it.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT to_jsonb(d) - 'person_id' AS row FROM maitred.phone_drafts d WHERE d.booking_id = ANY ($3::uuid[])
    OR EXISTS (SELECT FROM unnest($4::text[] || $5::text[]) AS t (word)
        WHERE ($1::bigint IS NULL OR d.restaurant_id = $1) AND (t.word LIKE '+%' OR t.word = ANY ($4::text[]))
        AND (lower(d.line || ' ' || d.settled::text) ~ ('(^|[^[:alnum:]])'
            || regexp_replace(lower(t.word), '([^[:alnum:][:space:]])', '\\\1', 'g') || '($|[^[:alnum:]])')
            OR t.word ~ '^[+][0-9]{8}' AND strpos(regexp_replace(d.line, '[^0-9]', '', 'g'), right(t.word, 8)) > 0));

-- name: erase_drafts
-- What was typed during a call, also when it came to no booking: any of the guest's names, numbers or addresses in it.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.phone_drafts d SET line = '', settled = '{}' WHERE d.booking_id = ANY ($3::uuid[])
    OR EXISTS (SELECT FROM unnest($4::text[] || $5::text[]) AS t (word)
        WHERE ($1::bigint IS NULL OR d.restaurant_id = $1) AND (lower(d.line || ' ' || d.settled::text) ~ ('(^|[^[:alnum:]])'
            || regexp_replace(lower(t.word), '([^[:alnum:][:space:]])', '\\\1', 'g') || '($|[^[:alnum:]])')
            OR t.word ~ '^[+][0-9]{8}' AND strpos(regexp_replace(d.line, '[^0-9]', '', 'g'), right(t.word, 8)) > 0));

-- name: export_typed
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT f.fields AS row FROM maitred.forms_typed f WHERE ($1::bigint IS NULL OR f.restaurant_id = $1)
    AND (lower(btrim(f.fields ->> 'email')) = ANY ($4::text[]) OR EXISTS (SELECT FROM unnest($5::text[]) AS t (word)
        WHERE t.word ~ '^[+][0-9]{8}' AND strpos(regexp_replace(f.fields ->> 'phone', '[^0-9]', '', 'g'), right(t.word, 8)) > 0));

-- name: erase_typed
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
DELETE FROM maitred.forms_typed f WHERE ($1::bigint IS NULL OR f.restaurant_id = $1)
    AND (lower(btrim(f.fields ->> 'email')) = ANY ($4::text[]) OR btrim(f.fields ->> 'name') = ANY ($5::text[])
        OR EXISTS (SELECT FROM unnest($5::text[]) AS t (word)
        WHERE t.word ~ '^[+][0-9]{8}' AND strpos(regexp_replace(f.fields ->> 'phone', '[^0-9]', '', 'g'), right(t.word, 8)) > 0));

-- name: export_answers
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT jsonb_build_object('at', i.created_at, 'answer', i.answer) AS row FROM maitred.idempotency_keys i
WHERE i.subject_id = ANY ($3::uuid[]) ORDER BY i.created_at;

-- name: erase_answers
-- The key stays: a repeat of the request must not book again.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.idempotency_keys SET answer = answer || jsonb_build_object('notes', NULL, 'external_ref', NULL,
    'reason', NULL, 'guest', jsonb_build_object('id', answer #> '{guest,id}', 'name', '-', 'email', NULL, 'phone', NULL,
    'locale', NULL)) WHERE subject_id = ANY ($3::uuid[]);

-- name: erase_prints
-- What stood on a printed sheet, by booking.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.sheet_prints SET lines = lines - (SELECT array_agg(id::text) FROM unnest($3::uuid[]) AS id)
WHERE lines ?| (SELECT array_agg(id::text) FROM unnest($3::uuid[]) AS id);

-- name: erase_letters
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.dead_letters d SET payload = '-', error = '-'
WHERE EXISTS (SELECT FROM unnest($3::uuid[]) AS b (id) WHERE strpos(d.payload, b.id::text) > 0)
   OR ($1::bigint IS NULL OR NOT EXISTS (
        SELECT FROM maitred.outbox o WHERE o.event_id = d.event_id AND o.restaurant_id <> $1))
    AND EXISTS (SELECT FROM unnest($4::text[] || $5::text[]) AS t (word) WHERE lower(d.payload) ~ ('(^|[^[:alnum:]])'
            || regexp_replace(lower(t.word), '([^[:alnum:][:space:]])', '\\\1', 'g') || '($|[^[:alnum:]])'));

-- name: export_events
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT o.event AS row FROM maitred.outbox o WHERE o.booking_id = ANY ($3::uuid[]) ORDER BY o.id;

-- name: personal_waiting
-- Places of the waitlist where the guest still waits to hear.
SELECT id FROM maitred.waitlist_entries WHERE guest_id = ANY ($1::uuid[]) AND state IN ('waiting', 'offered') FOR UPDATE;

-- name: export_waitlist
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT to_jsonb(w) - 'wish_sha256' AS row FROM maitred.waitlist_entries w WHERE w.guest_id = ANY ($2::uuid[])
ORDER BY w.place;

-- name: erase_waitlist
-- The digest of what they wished for has their address in it: another takes its place.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.waitlist_entries SET notes = NULL, wish_sha256 = sha256(id::text::bytea)
WHERE guest_id = ANY ($2::uuid[]);

-- name: erase_excerpts
-- Our events name nobody; what an endpoint answered may.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.webhook_attempts a SET excerpt = NULL
WHERE ($1::bigint IS NULL OR EXISTS (SELECT FROM maitred.webhook_deliveries d JOIN maitred.webhooks w ON w.id = d.webhook_id
        WHERE d.id = a.delivery_id AND w.restaurant_id = $1))
    AND EXISTS (SELECT FROM unnest($4::text[] || $5::text[]) AS t (word) WHERE lower(a.excerpt) ~ ('(^|[^[:alnum:]])'
            || regexp_replace(lower(t.word), '([^[:alnum:][:space:]])', '\\\1', 'g') || '($|[^[:alnum:]])'));

-- name: export_messages
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
SELECT jsonb_build_object('kind', m.kind, 'channel', m.channel, 'recipient', m.recipient, 'state', m.state,
    'created_at', m.created_at, 'settled_at', m.settled_at, 'subject', m.content ->> 'subject', 'text', m.content ->> 'text') AS row
FROM maitred.messages m WHERE m.audience = 'guest' AND (m.booking_id = ANY ($3::uuid[])
    OR m.entry_id IN (SELECT id FROM maitred.waitlist_entries WHERE guest_id = ANY ($2::uuid[]))) ORDER BY m.seq;

-- name: erase_messages
-- That something was said, and when, stays; what, and to whom, goes. What has not left never will.
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
UPDATE maitred.messages m SET recipient = NULL, recipient_name = NULL, content = NULL, answer = NULL, tries = '[]',
    state = CASE WHEN state = 'pending' THEN 'dropped' ELSE state END,
    reason = CASE WHEN state = 'pending' THEN 'erased' ELSE reason END,
    settled_at = coalesce(settled_at, now())
WHERE m.audience = 'guest' AND (m.booking_id = ANY ($3::uuid[])
    OR m.entry_id IN (SELECT id FROM maitred.waitlist_entries WHERE guest_id = ANY ($2::uuid[]))
    OR ($1::bigint IS NULL OR m.restaurant_id = $1)
        AND (lower(m.recipient) = ANY ($4::text[]) OR m.channel = 'gateway' AND m.recipient = ANY ($5::text[])));

-- name: erase_suppressions
WITH given AS (SELECT $1::bigint, $2::uuid[], $3::uuid[], $4::text[], $5::text[])
DELETE FROM maitred.suppressions s WHERE ($1::bigint IS NULL OR s.restaurant_id IS NULL OR s.restaurant_id = $1)
    AND s.address_sha256 IN (SELECT sha256(convert_to(lower(btrim(a)), 'UTF8')) FROM unnest($4::text[] || $5::text[]) a);
