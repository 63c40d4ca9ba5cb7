-- How it went at sets of tables: what historical_success learns from.

-- name: outcomes_of_tables
-- Over some service days: parties that stayed at a set to the end, and of these the ones that left while it was theirs
-- (turn and buffer, from when they sat down); parties that lost a set or were taken away from it to their own good.
-- A time that an import had to assume says nothing of them.
-- Moves that make room for others say nothing of the tables, and neither do parties that never came.
WITH past AS (
    SELECT id, state, turn_minutes, buffer_minutes FROM maitred.bookings
    WHERE restaurant_id = $1 AND service_date >= $2 AND service_date < $3
), told AS (
    SELECT ARRAY(SELECT a.table_id FROM maitred.allocations a WHERE a.booking_id = p.id ORDER BY a.table_id COLLATE "C")
            AS tables,
        gone.at <= seated.at + make_interval(mins => p.turn_minutes + p.buffer_minutes) AS good
    FROM past p
    CROSS JOIN LATERAL (SELECT max(h.at) AS at FROM maitred.booking_history h
        WHERE h.booking_id = p.id AND h.action = 'check_in' AND NOT coalesce(h.reason_data ? 'assumed', false)) seated
    CROSS JOIN LATERAL (SELECT max(h.at) AS at FROM maitred.booking_history h
        WHERE h.booking_id = p.id AND h.action = 'complete' AND NOT coalesce(h.reason_data ? 'assumed', false)) gone
    WHERE p.state = 'completed' AND seated.at IS NOT NULL AND gone.at IS NOT NULL
    UNION ALL
    SELECT l.tables, false FROM (
        SELECT DISTINCT p.id, ARRAY(SELECT t.id FROM jsonb_array_elements_text(
            -- Other actions have other data by these names, and a plan may look at theirs before it leaves them out.
            CASE h.action WHEN 'move' THEN h.reason_data -> 'from'
                WHEN 'lose_table' THEN coalesce(h.reason_data -> 'lost', h.reason_data -> 'tables') END) AS t (id)
            ORDER BY t.id COLLATE "C") AS tables
        FROM past p JOIN maitred.booking_history h ON h.booking_id = p.id
        LEFT JOIN maitred.move_sets s ON h.action = 'move' AND s.id = (h.reason_data ->> 'move_set')::uuid
        WHERE h.action = 'lose_table' AND NOT EXISTS (SELECT FROM maitred.booking_history u
                WHERE u.booking_id = h.booking_id AND u.version = h.version + 1 AND u.action = 'undo')
           OR h.action = 'move' AND h.reason_data ->> 'cause' IN ('staff', 'rescue') AND s.undone_at IS NULL
    ) l
)
SELECT tables, count(*) FILTER (WHERE good)::integer AS good, count(*)::integer AS total
FROM told WHERE cardinality(tables) > 0 GROUP BY tables ORDER BY tables;

-- name: insert_learned_outcomes
INSERT INTO maitred.learned_outcomes (restaurant_id, digest, since, until, outcomes, read_at)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (restaurant_id, digest) DO NOTHING;

-- name: learned_outcomes
SELECT outcomes FROM maitred.learned_outcomes WHERE restaurant_id = $1 AND digest = $2;
