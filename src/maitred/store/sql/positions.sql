-- Where bookings are now, read for all waiting requests at once.

-- name: positions
SELECT id, version, state FROM maitred.bookings WHERE id = ANY ($1::uuid[]);
