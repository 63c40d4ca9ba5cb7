-- Several restaurants at a glance, and the service sheet.

-- name: group_rows
-- One look for all of them: $1 their numbers, $2 the service day each is in now. A letter belongs to the restaurant of
-- its event; one whose event is gone counts nowhere here, `maitred doctor` still shows it.
SELECT r.id, r.slug, r.name, t.day, b.parties, b.covers, b.seated, w.reviews, w.oldest_s, w.overdue, l.letters, o.outbox_s
FROM unnest($1::bigint[], $2::date[]) AS t(restaurant_id, day)
JOIN maitred.restaurants r ON r.id = t.restaurant_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state NOT IN ('cancelled', 'failed', 'no_show')) AS parties,
        coalesce(sum(party_size) FILTER (WHERE state NOT IN ('cancelled', 'failed', 'no_show')), 0) AS covers,
        coalesce(sum(party_size) FILTER (WHERE state = 'checked_in'), 0) AS seated
    FROM maitred.bookings WHERE restaurant_id = t.restaurant_id AND service_date = t.day
) b
CROSS JOIN LATERAL (
    SELECT count(*) AS reviews, count(*) FILTER (WHERE review_deadline <= clock_timestamp()) AS overdue,
        extract(epoch FROM clock_timestamp() - min(updated_at))::float8 AS oldest_s
    FROM maitred.bookings WHERE restaurant_id = t.restaurant_id AND state = 'manual_review'
) w
CROSS JOIN LATERAL (
    SELECT count(*) AS letters FROM maitred.dead_letters d JOIN maitred.outbox e ON e.event_id = d.event_id
    WHERE d.resolved_at IS NULL AND e.restaurant_id = t.restaurant_id
) l
CROSS JOIN LATERAL (
    SELECT extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS outbox_s
    FROM maitred.outbox WHERE published_at IS NULL AND restaurant_id = t.restaurant_id
) o
ORDER BY r.name, r.id;

-- name: last_print
SELECT printed_at, printed_by, lines FROM maitred.sheet_prints WHERE restaurant_id = $1 AND service_date = $2;

-- name: keep_print
INSERT INTO maitred.sheet_prints (restaurant_id, service_date, printed_at, printed_by, lines) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (restaurant_id, service_date) DO UPDATE
SET printed_at = excluded.printed_at, printed_by = excluded.printed_by, lines = excluded.lines;
