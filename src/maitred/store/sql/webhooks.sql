-- Endpoints, what was planned for them, and how it went.

-- name: insert_webhook
INSERT INTO maitred.webhooks (id, restaurant_id, url, types, description, secret, created_by, created_at, updated_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $8
WHERE (SELECT count(*) FROM maitred.webhooks WHERE restaurant_id = $2) < $9;

-- name: lock_restaurant_webhooks
SELECT id FROM maitred.restaurants WHERE id = $1 FOR NO KEY UPDATE;

-- name: list_webhooks
SELECT w.*, (SELECT count(*) FROM maitred.webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'pending') AS pending,
    (SELECT max(d.settled_at) FROM maitred.webhook_deliveries d WHERE d.webhook_id = w.id AND d.state = 'delivered') AS delivered_at
FROM maitred.webhooks w
WHERE w.restaurant_id = $1 AND ($2::uuid IS NULL OR w.id = $2) ORDER BY w.created_at, w.id;

-- name: lock_webhook
SELECT id FROM maitred.webhooks WHERE restaurant_id = $1 AND id = $2 FOR NO KEY UPDATE;

-- name: change_webhook
-- Switched on again, or at another address, an endpoint begins anew.
UPDATE maitred.webhooks SET url = $3, types = $4, description = $5, enabled = $6, updated_at = $7,
    disabled_at = CASE WHEN $6 THEN NULL ELSE coalesce(disabled_at, $7) END,
    disabled_reason = CASE WHEN $6 THEN NULL ELSE coalesce(disabled_reason, 'by_hand') END,
    failures = CASE WHEN url <> $3 OR $6 AND NOT enabled THEN 0 ELSE failures END,
    failing_since = CASE WHEN url <> $3 OR $6 AND NOT enabled THEN NULL ELSE failing_since END,
    resting_until = CASE WHEN url <> $3 OR $6 AND NOT enabled THEN NULL ELSE resting_until END
WHERE id = $1 AND restaurant_id = $2;

-- name: rotate_webhook
UPDATE maitred.webhooks SET previous_secret = CASE WHEN $4::timestamptz > $5 THEN secret END,
    previous_until = CASE WHEN $4::timestamptz > $5 THEN $4::timestamptz END, secret = $3, updated_at = $5
WHERE id = $1 AND restaurant_id = $2;

-- name: delete_webhook
DELETE FROM maitred.webhooks WHERE id = $1 AND restaurant_id = $2;

-- name: plan_test
INSERT INTO maitred.webhook_deliveries (webhook_id, event_id, type, run, kind, event, due_at, created_at)
VALUES ($1, $2, $3, nextval('maitred.webhook_runs'), 'test', $4, $5, $5) RETURNING id;

-- name: plan_resend
INSERT INTO maitred.webhook_deliveries (webhook_id, event_id, type, run, kind, event, due_at, created_at)
SELECT webhook_id, event_id, type, nextval('maitred.webhook_runs'), 'resend', event, $3, $3
FROM maitred.webhook_deliveries WHERE id = $2 AND webhook_id = $1 RETURNING id;

-- name: plan_replay
-- In the order of the feed, each event once; what is still to be sent anyway is not sent twice.
-- $1 webhook, $2 restaurant, $3 after, $4 types or empty, $5 limit, $6 now
WITH run AS MATERIALIZED (SELECT nextval('maitred.webhook_runs') AS number), chosen AS (
    SELECT f.* FROM maitred.feed f
    WHERE f.restaurant_id = $2 AND f.position > $3 AND ($4::text[] = '{}' OR f.type = ANY ($4))
    ORDER BY f.position LIMIT $5
), planned AS (
    INSERT INTO maitred.webhook_deliveries (webhook_id, event_id, type, run, kind, event, due_at, created_at)
    SELECT $1, c.event_id, c.type, run.number, 'replay', c.event, $6, $6 FROM chosen c, run
    -- Read once, not looked up ten thousand times: a replay is what many events are waiting after.
    WHERE c.event_id NOT IN (SELECT d.event_id FROM maitred.webhook_deliveries d
        WHERE d.webhook_id = $1 AND d.state = 'pending')
    ORDER BY c.position RETURNING 1
)
SELECT (SELECT count(*) FROM planned) AS planned, (SELECT count(*) FROM chosen) AS found,
    (SELECT event_id FROM chosen ORDER BY position DESC LIMIT 1) AS last;

-- name: lease_webhooks
-- Endpoints with something due, one sender each; first whose last turn is the longest ago. $1 who, $2 now, $3 until, $4 limit
UPDATE maitred.webhooks SET leased_by = $1, leased_until = $3 WHERE id IN (
    SELECT w.id FROM maitred.webhooks w
    WHERE w.enabled AND (w.leased_by IS NULL OR w.leased_until <= $2)
        AND (w.resting_until IS NULL OR w.resting_until <= $2)
        AND EXISTS (SELECT FROM maitred.webhook_deliveries d
            WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.due_at <= $2)
    ORDER BY w.leased_until NULLS FIRST LIMIT $4 FOR UPDATE SKIP LOCKED)
RETURNING id;

-- name: next_delivery
-- The oldest that is due, with the lease prolonged; nothing when the lease is somebody else's.
-- $1 webhook, $2 who, $3 now, $4 until
WITH mine AS (
    UPDATE maitred.webhooks SET leased_until = $4
    WHERE id = $1 AND leased_by = $2 AND leased_until > $3 AND enabled RETURNING *
)
SELECT d.id, d.webhook_id, d.event_id, d.event, d.attempts, mine.url, mine.secret, mine.failures, mine.failing_since,
    CASE WHEN mine.previous_until > $3 THEN mine.previous_secret END AS previous_secret
FROM mine JOIN maitred.webhook_deliveries d ON d.webhook_id = mine.id
WHERE d.state = 'pending' AND d.due_at <= $3 ORDER BY d.id LIMIT 1;

-- name: release_webhook
-- When the last turn ended is kept: the longest ago is served first.
UPDATE maitred.webhooks SET leased_by = NULL, leased_until = $3 WHERE id = $1 AND leased_by = $2;

-- name: settle_delivery
-- $1 delivery, $2 attempts before, $3 state, $4 due, $5 now
UPDATE maitred.webhook_deliveries SET attempts = attempts + 1, state = $3, due_at = coalesce($4, due_at),
    settled_at = CASE WHEN $3 = 'pending' THEN NULL ELSE $5::timestamptz END
WHERE id = $1 AND state = 'pending' AND attempts = $2;

-- name: insert_attempt
INSERT INTO maitred.webhook_attempts (delivery_id, attempt, at, status, latency_ms, error, excerpt)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: webhook_succeeded
-- How an address took it says nothing of the one that replaced it meanwhile.
UPDATE maitred.webhooks SET failures = 0, failing_since = NULL, resting_until = NULL WHERE id = $1 AND url = $2;

-- name: webhook_failed
-- $2 now, $3 resting until, $4 why to disable or NULL, $5 the address it was sent to
UPDATE maitred.webhooks SET failures = failures + 1, failing_since = coalesce(failing_since, $2), resting_until = $3,
    enabled = enabled AND $4::text IS NULL,
    disabled_at = CASE WHEN $4::text IS NULL THEN disabled_at ELSE coalesce(disabled_at, $2) END,
    disabled_reason = CASE WHEN $4::text IS NULL THEN disabled_reason ELSE coalesce(disabled_reason, $4) END
WHERE id = $1 AND url = $5;

-- name: list_deliveries
-- Newest first, with the last attempt. $1 webhook, $2 state or NULL, $3 before or NULL, $4 limit
SELECT d.id, d.event_id, d.type, d.kind, d.state, d.attempts, d.due_at, d.created_at, d.settled_at, d.event,
    coalesce((SELECT jsonb_agg(jsonb_build_object('attempt', a.attempt, 'at', a.at, 'status', a.status,
        'latency_ms', a.latency_ms, 'error', a.error, 'excerpt', a.excerpt) ORDER BY a.attempt)
        FROM maitred.webhook_attempts a WHERE a.delivery_id = d.id), '[]'::jsonb) AS log
FROM maitred.webhook_deliveries d
WHERE d.webhook_id = $1 AND ($2::text IS NULL OR d.state = $2) AND ($3::bigint IS NULL OR d.id < $3)
ORDER BY d.id DESC LIMIT $4;

-- name: purge_deliveries
-- What is settled, and what nobody will ever send: its endpoint is off, or it waited for one that was.
DELETE FROM maitred.webhook_deliveries WHERE id IN (
    SELECT id FROM maitred.webhook_deliveries WHERE coalesce(settled_at, created_at) < $1 ORDER BY id LIMIT 5000);
