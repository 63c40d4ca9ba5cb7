-- What changed on a day since a person looked.

-- name: looked_at
SELECT looked_at FROM maitred.people_looked WHERE person_id = $1 AND restaurant_id = $2 AND service_date = $3;

-- name: acknowledge_changes
-- A mark never goes back.
INSERT INTO maitred.people_looked (person_id, restaurant_id, service_date, looked_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id, restaurant_id, service_date)
DO UPDATE SET looked_at = greatest(people_looked.looked_at, excluded.looked_at);

-- name: changes_since
-- What others did to a day's bookings that somebody who knows the day has to hear of.
SELECT h.booking_id, h.version, h.action, h.actor_kind, h.actor_id, h.reason_code, h.reason_data, h.at, b.reference,
    g.name AS guest, b.party_size, b.starts_at
FROM maitred.bookings b
JOIN maitred.booking_history h ON h.booking_id = b.id
JOIN maitred.guests g ON g.id = b.guest_id
WHERE b.restaurant_id = $1 AND b.service_date = $2 AND h.at > $3
  AND h.action IN ('move', 'modify', 'cancel', 'lose_table', 'late_table', 'mark_no_show', 'undo')
  -- One's own deeds are known; history has names, so whoever shares theirs is told of both.
  AND NOT (h.actor_kind = 'staff' AND h.actor_id = $4 AND (SELECT count(*) FROM maitred.people WHERE name = $4) < 2)
ORDER BY h.at, h.booking_id, h.version LIMIT 100;
