-- The day's timeline.

-- name: board
-- Everything that takes a table in a window, as `occupancy` has it, with what people read about it.
SELECT a.table_id, lower(a.during) AS taken_from, upper(a.during) AS taken_until,
    CASE WHEN a.booking_id IS NOT NULL THEN 'booking' WHEN a.hold_id IS NOT NULL THEN 'hold' ELSE 'block' END AS kind,
    coalesce(a.booking_id, a.hold_id, a.block_id) AS owner_id,
    g.name AS guest_name, h.party_size AS held_for, h.expires_at AS held_until, k.reason AS block_reason, k.closed_by,
    CASE WHEN b.state IN ('confirmed', 'arrived') THEN (
        SELECT array_agg(t.kind ORDER BY t.kind) FROM maitred.attention t WHERE t.booking_id = b.id) END AS raised,
    CASE WHEN b.state = 'checked_in' THEN (SELECT max(s.at) FROM maitred.booking_history s
        WHERE s.booking_id = b.id AND s.action = 'check_in') END AS seated_at,
    b.*, r.slug AS restaurant
FROM maitred.allocations a
JOIN maitred.restaurants r ON r.id = a.restaurant_id
LEFT JOIN maitred.bookings b ON b.id = a.booking_id
LEFT JOIN maitred.guests g ON g.id = b.guest_id
LEFT JOIN maitred.holds h ON h.id = a.hold_id
LEFT JOIN maitred.table_blocks k ON k.id = a.block_id
WHERE a.restaurant_id = $1 AND a.during && tstzrange($2, $3)
  AND (a.hold_id IS NULL OR h.expires_at > clock_timestamp())
ORDER BY a.table_id, lower(a.during);
