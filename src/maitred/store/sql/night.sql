-- The night as it goes: who sits longer than planned, who is late, tables closed by hand.

-- name: days_to_follow
-- Days with parties that stay longer than their tables are theirs, guests past their grace, or something still raised.
SELECT DISTINCT r.slug, d.service_date
FROM (
    SELECT b.restaurant_id, b.service_date FROM maitred.bookings b JOIN maitred.allocations a ON a.booking_id = b.id
    WHERE b.state = 'checked_in' AND upper(a.during) > $1::timestamptz - interval '12 hours'
      AND (upper(a.during) - make_interval(mins => b.buffer_minutes) <= $1
        OR upper(a.during) < lower(a.during) + make_interval(mins => b.turn_minutes + b.buffer_minutes))
    UNION
    SELECT b.restaurant_id, b.service_date FROM maitred.bookings b
    WHERE b.state = 'confirmed' AND b.starts_at <= $2 AND b.starts_at > $1::timestamptz - interval '12 hours'
      AND NOT EXISTS (SELECT 1 FROM maitred.attention t WHERE t.booking_id = b.id AND t.kind = 'late_guest')
    UNION
    SELECT restaurant_id, service_date FROM maitred.attention
) d JOIN maitred.restaurants r ON r.id = d.restaurant_id
ORDER BY r.slug, d.service_date;

-- name: seated_since
SELECT booking_id, max(at) AS at FROM maitred.booking_history
WHERE booking_id = ANY ($1::uuid[]) AND action = 'check_in' GROUP BY booking_id;

-- name: attention_of_day
SELECT booking_id, kind, since, expected_at FROM maitred.attention WHERE restaurant_id = $1 AND service_date = $2;

-- name: attention_of_restaurant
SELECT t.booking_id, t.kind, t.since, t.expected_at FROM maitred.attention t JOIN maitred.bookings b ON b.id = t.booking_id
WHERE t.restaurant_id = $1 AND b.state IN ('confirmed', 'arrived') AND (t.kind = 'late_table' OR b.state = 'confirmed')
ORDER BY t.since, b.starts_at, b.reference LIMIT $2;

-- name: raise_attention
INSERT INTO maitred.attention (booking_id, kind, restaurant_id, service_date, since, expected_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (booking_id, kind) DO UPDATE SET expected_at = excluded.expected_at, service_date = excluded.service_date;

-- name: settle_attention
DELETE FROM maitred.attention WHERE booking_id = $1 AND kind = $2;

-- name: insert_floor_block
WITH recorded AS (
    INSERT INTO maitred.table_block_history (block_id, restaurant_id, table_id, during, reason, closed_by)
    VALUES ($1, $2, $3, tstzrange($4, $5, '[)'), $6, $7))
INSERT INTO maitred.table_blocks (id, restaurant_id, table_id, during, reason, closed_by, left_by)
VALUES ($1, $2, $3, tstzrange($4, $5, '[)'), $6, $7, $8);

-- name: close_floor_block_again
-- As it was, under the number it had: it was opened by what has just been undone.
WITH reopened AS (
    UPDATE maitred.table_block_history SET opened_by = NULL, opened_at = NULL WHERE block_id = $1)
INSERT INTO maitred.table_blocks (id, restaurant_id, table_id, during, reason, closed_by, left_by)
VALUES ($1, $2, $3, tstzrange($4, $5, '[)'), $6, $7, $8);

-- name: clearings
-- Tables that are being cleared, and who has left them for others.
SELECT id, table_id, left_by FROM maitred.table_blocks
WHERE restaurant_id = $1 AND left_by IS NOT NULL AND upper(during) > $2 ORDER BY id;

-- name: delete_floor_block
-- The allocations go with it; who opened the table stays on record.
WITH gone AS (
    DELETE FROM maitred.table_blocks WHERE id = $1 AND restaurant_id = $2 AND closed_by IS NOT NULL RETURNING id)
UPDATE maitred.table_block_history h SET opened_by = $3, opened_at = $4 FROM gone WHERE h.block_id = gone.id
RETURNING h.block_id AS id, h.table_id, lower(h.during) AS starts_at, upper(h.during) AS ends_at, h.reason, h.closed_by;

-- name: floor_blocks
SELECT id, table_id, lower(during) AS starts_at, upper(during) AS ends_at, reason, closed_by FROM maitred.table_blocks
WHERE restaurant_id = $1 AND closed_by IS NOT NULL AND upper(during) > $2 ORDER BY lower(during), table_id, id;

-- name: release_holds_on_table
-- A hold lasts minutes; whoever has it is told that it is gone, and may ask again.
DELETE FROM maitred.holds h USING maitred.allocations a
WHERE a.hold_id = h.id AND a.restaurant_id = $1 AND a.table_id = $2 AND a.during && tstzrange($3, $4);

-- name: late_turns
-- How many minutes past their planned turn parties of a day stayed or still sit, the median of those seated.
SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM left_at - turn_end) / 60)), 0)
    ::integer AS minutes
FROM (
    SELECT seated.at + make_interval(mins => b.turn_minutes) AS turn_end, coalesce(gone.at, $3) AS left_at
    FROM maitred.bookings b
    JOIN LATERAL (SELECT max(at) AS at FROM maitred.booking_history h
        WHERE h.booking_id = b.id AND h.action = 'check_in') seated ON seated.at IS NOT NULL
    LEFT JOIN LATERAL (SELECT max(at) AS at FROM maitred.booking_history h
        WHERE h.booking_id = b.id AND h.action = 'complete') gone ON true
    WHERE b.restaurant_id = $1 AND b.service_date = $2 AND b.state IN ('checked_in', 'completed')
) t WHERE left_at >= turn_end OR left_at < $3;
