-- A past period as it was asked for, to be played again. Neither guests nor notes are read.

-- name: venue_at
-- The version in force at an instant; before the first one that was imported, the first.
SELECT v.version, v.document FROM maitred.venue_versions v
WHERE v.restaurant_id = $1
ORDER BY v.created_at > $2, CASE WHEN v.created_at > $2 THEN v.version ELSE -v.version END LIMIT 1;

-- name: requests_of_period
SELECT b.reference, b.party_size, b.starts_at, b.source, b.zone_preference, b.accessible, b.override,
    coalesce(b.decided_as_of, b.created_at) AS asked_at, c.at AS cancelled_at
FROM maitred.bookings b
LEFT JOIN LATERAL (
    SELECT h.at FROM maitred.booking_history h WHERE h.booking_id = b.id AND h.action = 'cancel'
    ORDER BY h.version DESC LIMIT 1
) c ON b.state = 'cancelled'
WHERE b.restaurant_id = $1 AND b.service_date BETWEEN $2 AND $3
ORDER BY b.arrival;
