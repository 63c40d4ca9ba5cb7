-- The outbox and its counterpart, the inbox of each subscriber.

-- name: insert_event
INSERT INTO maitred.outbox (event_id, restaurant_id, booking_id, type, event) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (event_id) DO NOTHING;

-- name: claim_unpublished
-- Locked until the relay's transaction ends; other relays skip these rows.
SELECT id, event FROM maitred.outbox WHERE published_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: claim_unsettled
-- Published a while ago, and some subscriber has no inbox row for it yet.
SELECT o.id, o.event FROM maitred.outbox o
WHERE o.done_at IS NULL AND o.published_at <= clock_timestamp() - make_interval(secs => $1::float8)
ORDER BY o.id LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: mark_published
-- $2: types that nobody subscribes to are done once they are out.
UPDATE maitred.outbox SET published_at = clock_timestamp(), publishes = publishes + 1,
    done_at = CASE WHEN type = ANY ($2::text[]) THEN done_at ELSE clock_timestamp() END
WHERE id = ANY ($1::bigint[]);

-- name: settle_outbox
-- Done when every subscriber of its type has its inbox row. $1 types[], $2 subscribers[]: one pair an entry of the map.
UPDATE maitred.outbox o SET done_at = clock_timestamp()
WHERE o.id IN (
    SELECT c.id FROM maitred.outbox c
    WHERE c.done_at IS NULL AND c.published_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM unnest($1::text[], $2::text[]) AS wanted (type, subscriber)
        WHERE wanted.type = c.type AND NOT EXISTS (
            SELECT 1 FROM maitred.inbox i WHERE i.event_id = c.event_id AND i.subscriber = wanted.subscriber))
    ORDER BY c.id LIMIT 2000 FOR UPDATE SKIP LOCKED);

-- name: insert_inbox
INSERT INTO maitred.inbox (subscriber, event_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING;

-- name: insert_dead_letter
INSERT INTO maitred.dead_letters (subscriber, event_id, payload, error, deliveries) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (subscriber, event_id) DO UPDATE SET error = excluded.error, deliveries = excluded.deliveries;

-- name: dead_letters
SELECT id, subscriber, event_id, payload, error, deliveries, at FROM maitred.dead_letters
WHERE resolved_at IS NULL ORDER BY id DESC LIMIT $1;

-- name: purge_outbox
WITH gone AS (
    DELETE FROM maitred.outbox WHERE id IN (
        SELECT id FROM maitred.outbox WHERE done_at < $1 ORDER BY id LIMIT 5000) RETURNING event_id)
DELETE FROM maitred.inbox i USING gone WHERE i.event_id = gone.event_id;

-- name: stand_of_events
-- How many of the last numbers are there: one that is committed late makes it more.
WITH last AS (SELECT coalesce(max(id), 0) AS newest FROM maitred.outbox)
SELECT newest, (SELECT count(*) FROM maitred.outbox WHERE id > newest - 200) AS there FROM last;
