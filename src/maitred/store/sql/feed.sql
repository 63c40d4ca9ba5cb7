-- The feed: events that leave the house, in the order in which they can be read.

-- name: lock_feed
-- Until the end of the transaction: positions are committed in their order.
SELECT pg_advisory_xact_lock($1::bigint);

-- name: unfed_events
-- What nobody has added yet, oldest first. Open outbox rows are few.
SELECT o.event_id, o.restaurant_id, o.event FROM maitred.outbox o
WHERE o.done_at IS NULL AND o.type = ANY ($1::text[])
    AND NOT EXISTS (SELECT FROM maitred.inbox i WHERE i.event_id = o.event_id AND i.subscriber = 'feed')
ORDER BY o.id LIMIT $2;

-- name: extend_feed
-- $1: [{event_id, restaurant_id, type, event, at}] in order.
INSERT INTO maitred.feed (event_id, restaurant_id, type, event, at)
SELECT (e.one ->> 'event_id')::uuid, (e.one ->> 'restaurant_id')::bigint, e.one ->> 'type', e.one -> 'event',
    (e.one ->> 'at')::timestamptz
FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS e (one, number) ORDER BY e.number
ON CONFLICT (event_id) DO NOTHING;

-- name: plan_deliveries
-- One row an event and endpoint that listens. $1 event ids, $2 now
INSERT INTO maitred.webhook_deliveries (webhook_id, event_id, type, kind, event, due_at, created_at)
SELECT w.id, f.event_id, f.type, 'live', f.event, $2, $2
FROM maitred.feed f JOIN maitred.webhooks w ON w.restaurant_id = f.restaurant_id AND w.enabled
    AND (w.types = '{}' OR f.type = ANY (w.types))
WHERE f.event_id = ANY ($1::uuid[]) ORDER BY f.position
ON CONFLICT DO NOTHING RETURNING id;

-- name: feed_end
SELECT coalesce(max(position), 0) FROM maitred.feed;

-- name: feed_position
SELECT position FROM maitred.feed WHERE event_id = $1 AND ($2::bigint IS NULL OR restaurant_id = $2);

-- name: newest_in_feed
SELECT event_id FROM maitred.feed WHERE position <= $1 AND ($2::bigint IS NULL OR restaurant_id = $2)
ORDER BY position DESC LIMIT 1;

-- name: feed_position_before
-- The place from which everything that happened since an instant comes later.
SELECT coalesce(min(position) - 1, (SELECT coalesce(max(position), 0) FROM maitred.feed))
FROM maitred.feed WHERE at >= $1 AND ($2::bigint IS NULL OR restaurant_id = $2);

-- name: read_feed
-- $1 after, $2 restaurant or NULL, $3 types or empty, $4 limit
SELECT position, event_id, type, event FROM maitred.feed
WHERE position > $1 AND ($2::bigint IS NULL OR restaurant_id = $2) AND ($3::text[] = '{}' OR type = ANY ($3))
ORDER BY position LIMIT $4;

-- name: purge_feed
DELETE FROM maitred.feed WHERE position IN (
    SELECT position FROM maitred.feed WHERE added_at < $1 ORDER BY position LIMIT 5000);
