-- Messages: planned with the inbox row of what caused them, claimed with a lease, settled once.

-- name: lock_thread
SELECT pg_advisory_xact_lock(hashtextextended($1::text, 24));

-- name: note_heard
-- The subscriber's inbox row; nothing comes back when the event was handled before.
INSERT INTO maitred.inbox (subscriber, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id;

-- name: drop_overtaken
-- What would say less than what comes now, and is nobody's at the moment.
UPDATE maitred.messages SET state = 'dropped', reason = 'overtaken', settled_at = $2, claimed_by = NULL
WHERE thread = $1 AND state = 'pending' AND claimed_until IS NULL AND kind IN ('received', 'reminder_24h', 'reminder_2h');

-- name: release_held
-- What the night holds goes before what comes now: messages of a thread keep their order. Not what may be taken back.
UPDATE maitred.messages SET due_at = $2
WHERE thread = $1 AND state = 'pending' AND attempts = 0 AND due_at > $2 AND undo_entry IS NULL
    AND kind NOT IN ('received', 'reminder_24h', 'reminder_2h');

-- name: told
-- A request whose message has not left counts for nothing: it will be dropped.
SELECT kind, version, facts FROM maitred.messages
WHERE thread = $1 AND audience = 'guest' AND state IN ('pending', 'sent')
    AND NOT (kind = 'received' AND state = 'pending' AND claimed_until IS NULL)
ORDER BY seq;

-- name: newest_told
-- A reminder answers no step: it may have been planned before the steps until then are told of.
SELECT coalesce(max(version), 0) FROM maitred.messages
WHERE thread = $1 AND audience = 'guest' AND kind NOT IN ('reminder_24h', 'reminder_2h');

-- name: insert_message
INSERT INTO maitred.messages (id, restaurant_id, audience, kind, channel, thread, booking_id, entry_id, version, recipient,
    recipient_name, locale, facts, content, message_id, state, reason, due_at, about_at, created_at, settled_at, undo_entry)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
ON CONFLICT (id) DO NOTHING RETURNING id;

-- name: claim_messages
-- Due, nobody's, and first of their thread: what waits for a time of its own and was never tried holds up no other.
-- $1 who, $2 now, $3 until, $4 limit, $5 channels
WITH taken AS (
    UPDATE maitred.messages SET claimed_by = $1, claimed_until = $3, attempts = attempts + 1 WHERE id IN (
        SELECT c.id FROM maitred.messages c
        WHERE c.state = 'pending' AND c.due_at <= $2 AND (c.claimed_until IS NULL OR c.claimed_until <= $2)
            AND c.channel = ANY ($5::text[])
            AND NOT EXISTS (SELECT FROM maitred.messages e WHERE e.thread = c.thread AND e.seq < c.seq
                AND e.channel = c.channel AND e.state = 'pending' AND (e.due_at <= $2 OR e.attempts > 0))
        ORDER BY c.due_at, c.seq LIMIT $4 FOR UPDATE SKIP LOCKED)
    RETURNING *
)
SELECT t.*, b.state AS booking_state, b.starts_at AS booking_starts_at, r.slug,
    t.audience = 'guest' AND EXISTS (SELECT FROM maitred.messages n WHERE n.thread = t.thread AND n.seq > t.seq
        AND n.channel = t.channel AND n.state = 'sent') AS overtaken,
    EXISTS (SELECT FROM maitred.suppressions s WHERE t.recipient IS NOT NULL
        AND s.address_sha256 = sha256(convert_to(lower(btrim(t.recipient)), 'UTF8'))
        AND (s.restaurant_id IS NULL OR s.restaurant_id = t.restaurant_id)) AS suppressed
FROM taken t JOIN maitred.restaurants r ON r.id = t.restaurant_id LEFT JOIN maitred.bookings b ON b.id = t.booking_id
ORDER BY t.due_at, t.seq;

-- name: settle_message
-- $1 id, $2 state, $3 reason, $4 now, $5 via, $6 answer, $7 try
UPDATE maitred.messages SET state = $2, reason = $3, settled_at = $4, via = $5, answer = $6, tries = tries || $7::jsonb,
    claimed_by = NULL, claimed_until = NULL
WHERE id = $1 AND state = 'pending';

-- name: put_off_message
-- Tried in vain; only the holder of the claim says when to try again. $1 id, $2 who, $3 due, $4 answer, $5 try
UPDATE maitred.messages SET due_at = $3, answer = $4, tries = tries || $5::jsonb, claimed_by = NULL, claimed_until = NULL
WHERE id = $1 AND state = 'pending' AND claimed_by = $2;

-- name: give_back_messages
-- Not tried at all: the other side is away. $1 ids, $2 who, $3 answer
UPDATE maitred.messages SET claimed_by = NULL, claimed_until = NULL, attempts = greatest(attempts - 1, 0), answer = $3
WHERE id = ANY ($1::uuid[]) AND state = 'pending' AND claimed_by = $2;

-- name: list_messages
-- Newest first. What was only kept (no mail server) counts as sent nowhere. $1 restaurant, $2 fates or NULL, $3 before or NULL, $4 limit, $5 booking or NULL, $6 text or NULL
SELECT m.*, b.reference FROM maitred.messages m LEFT JOIN maitred.bookings b ON b.id = m.booking_id
WHERE m.restaurant_id = $1 AND ($2::text[] IS NULL OR CASE WHEN m.state = 'sent' AND m.via = 'log' THEN 'kept' ELSE m.state END = ANY ($2)) AND ($3::bigint IS NULL OR m.seq < $3)
    AND ($5::uuid IS NULL OR m.booking_id = $5)
    AND ($6::text IS NULL OR m.recipient ILIKE $6 OR m.recipient_name ILIKE $6 OR b.reference ILIKE $6)
ORDER BY m.seq DESC LIMIT $4;

-- name: message_by_id
SELECT m.*, b.reference FROM maitred.messages m LEFT JOIN maitred.bookings b ON b.id = m.booking_id
WHERE m.id = $1 AND m.restaurant_id = $2;

-- name: count_messages
SELECT CASE WHEN state = 'sent' AND via = 'log' THEN 'kept' ELSE state END AS fate, count(*) AS messages
FROM maitred.messages WHERE restaurant_id = $1 GROUP BY fate;

-- name: messages_failed_here
-- What nobody was reached by, of a time that is to come. $1 restaurant, $2 now
SELECT count(*) FROM maitred.messages WHERE restaurant_id = $1 AND state = 'failed' AND created_at > $2::timestamptz - interval '7 days'
    AND (about_at IS NULL OR about_at > $2);

-- name: retry_messages
-- What failed is tried anew, from the first delay on; one that is named also when it waits for its next try, or when
-- its address was barred and is no longer. Nothing is for an address that is barred. $1 restaurant, $2 id or NULL for all, $3 now
UPDATE maitred.messages m SET state = 'pending', reason = NULL, settled_at = NULL, due_at = $3, attempts = 0
WHERE m.restaurant_id = $1 AND m.content IS NOT NULL AND ($2::uuid IS NULL OR m.id = $2)
    AND (m.state = 'failed' OR $2 IS NOT NULL AND (m.state = 'dropped' AND m.reason = 'suppressed'
        OR m.state = 'pending' AND m.attempts > 0 AND m.claimed_until IS NULL))
    AND NOT EXISTS (SELECT FROM maitred.suppressions s WHERE m.recipient IS NOT NULL
        AND s.address_sha256 = sha256(convert_to(lower(btrim(m.recipient)), 'UTF8'))
        AND (s.restaurant_id IS NULL OR s.restaurant_id = m.restaurant_id))
RETURNING m.id;

-- name: messages_stuck
-- What should have left before $2. $1 restaurant
SELECT count(*) AS messages, min(due_at) AS since, (array_agg(answer ORDER BY seq DESC) FILTER (WHERE answer IS NOT NULL))[1]
    AS answer FROM maitred.messages WHERE restaurant_id = $1 AND state = 'pending' AND due_at < $2;

-- name: long_undecided
-- Guests who have waited since before $1 and have heard nothing at all. Who came by the waitlist or by phone knows.
SELECT b.id FROM maitred.bookings b
WHERE b.state IN ('assignment_pending', 'assignment_in_progress') AND b.pending_since <= $1
    AND b.source NOT IN ('phone', 'walk_in')
    AND NOT EXISTS (SELECT FROM maitred.waitlist_entries w WHERE w.booking_id = b.id)
    AND NOT EXISTS (SELECT FROM maitred.messages m WHERE m.thread = b.id AND m.audience = 'guest')
    AND EXISTS (SELECT FROM maitred.guests g WHERE g.id = b.guest_id AND (g.email IS NOT NULL OR g.phone IS NOT NULL
        AND EXISTS (SELECT FROM maitred.message_settings s
            WHERE s.restaurant_id = b.restaurant_id AND s.gateway_url IS NOT NULL)))
ORDER BY b.pending_since LIMIT 200;

-- name: due_reminders
-- Confirmed bookings whose time is within $2 and not yet within $3, and that have no reminder of this kind for that time.
-- $1 now, $2 before, $3 of use until, $4 kind, $5 quiet since: nobody is reminded of what they have just been told
SELECT b.id FROM maitred.restaurants r JOIN maitred.bookings b ON b.restaurant_id = r.id
    AND b.service_date BETWEEN $1::timestamptz::date - 1 AND ($1::timestamptz + $2::interval)::date + 1
WHERE b.state = 'confirmed' AND b.starts_at > $1::timestamptz + $3::interval AND b.starts_at <= $1::timestamptz + $2::interval
    AND b.source <> 'walk_in' AND b.created_at <= b.starts_at - $2::interval - $5::interval
    AND EXISTS (SELECT FROM maitred.guests g WHERE g.id = b.guest_id AND (g.email IS NOT NULL OR g.phone IS NOT NULL
        AND EXISTS (SELECT FROM maitred.message_settings s WHERE s.restaurant_id = r.id AND s.gateway_url IS NOT NULL)))
    AND NOT EXISTS (SELECT FROM maitred.messages m WHERE m.thread = b.id AND m.audience = 'guest'
        AND (m.kind = $4 AND m.facts ->> 'starts_at' = to_char(b.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')
            OR m.created_at > b.starts_at - $2::interval - $5::interval AND m.kind <> $4))
ORDER BY b.starts_at, b.id LIMIT 200;

-- name: reviews_nearly_due
-- $1 now, $2 within
SELECT b.id FROM maitred.restaurants r JOIN maitred.bookings b ON b.restaurant_id = r.id
    AND b.service_date >= $1::timestamptz::date - 1
WHERE b.state = 'manual_review' AND b.review_deadline > $1::timestamptz
    AND b.review_deadline <= $1::timestamptz + $2::interval
    AND NOT EXISTS (SELECT FROM maitred.messages m WHERE m.booking_id = b.id AND m.kind = 'staff_review_due'
        AND m.about_at = b.review_deadline)
ORDER BY b.review_deadline LIMIT 200;

-- name: webhooks_given_up
-- Endpoints that were switched off since $1 because they fail or are gone, and nobody was told of.
SELECT w.id, w.restaurant_id, w.url, w.disabled_at FROM maitred.webhooks w
WHERE w.disabled_at > $1 AND w.disabled_reason IN ('failing', 'gone')
    AND NOT EXISTS (SELECT FROM maitred.messages m WHERE m.restaurant_id = w.restaurant_id AND m.kind = 'staff_webhook'
        AND m.facts ->> 'webhook' = w.id::text AND m.created_at >= w.disabled_at)
ORDER BY w.disabled_at LIMIT 50;

-- name: restaurants_waiting
-- Who has bookings that wait for a decision, whoever should make it being stuck.
SELECT DISTINCT restaurant_id FROM maitred.bookings
WHERE state IN ('assignment_pending', 'assignment_in_progress') ORDER BY restaurant_id LIMIT 50;

-- name: renew_message
UPDATE maitred.messages SET content = $2 WHERE id = $1 AND state = 'pending' AND claimed_until IS NULL;

-- name: message_settings
SELECT * FROM maitred.message_settings WHERE restaurant_id = $1;

-- name: lock_message_settings
SELECT pg_advisory_xact_lock(hashtextextended('message_settings ' || $1::bigint, 24));

-- name: save_message_settings
INSERT INTO maitred.message_settings (restaurant_id, sender_name, sender_address, reply_to, locale, off, quiet_from,
    quiet_until, staff_emails, gateway_url, gateway_secret, gateway_for, updated_at, updated_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (restaurant_id) DO UPDATE SET sender_name = excluded.sender_name, sender_address = excluded.sender_address,
    reply_to = excluded.reply_to, locale = excluded.locale, off = excluded.off, quiet_from = excluded.quiet_from,
    quiet_until = excluded.quiet_until, staff_emails = excluded.staff_emails, gateway_url = excluded.gateway_url,
    gateway_secret = excluded.gateway_secret, gateway_for = excluded.gateway_for, updated_at = excluded.updated_at,
    updated_by = excluded.updated_by;

-- name: staff_to_tell
-- Managers and owners of a restaurant, with an address each.
SELECT DISTINCT p.email FROM maitred.people p JOIN maitred.people_roles o ON o.person_id = p.id
WHERE o.restaurant_id = $1 AND o.role IN ('manager', 'owner') AND p.disabled_at IS NULL ORDER BY p.email;

-- name: suppress
INSERT INTO maitred.suppressions (address_sha256, restaurant_id, why, detail, at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (address_sha256, restaurant_id) DO UPDATE SET why = excluded.why, detail = excluded.detail, at = excluded.at;

-- name: suppression_of
SELECT why, detail, at, restaurant_id FROM maitred.suppressions
WHERE address_sha256 = $1 AND (restaurant_id IS NULL OR restaurant_id = $2) ORDER BY restaurant_id NULLS FIRST LIMIT 1;

-- name: lift_suppression
DELETE FROM maitred.suppressions WHERE address_sha256 = $1 AND (restaurant_id IS NULL OR restaurant_id = $2) RETURNING id;

-- name: purge_messages
DELETE FROM maitred.messages WHERE id IN (
    SELECT id FROM maitred.messages WHERE state <> 'pending' AND settled_at < $1 AND (about_at IS NULL OR about_at < $1)
    ORDER BY settled_at LIMIT 5000);
