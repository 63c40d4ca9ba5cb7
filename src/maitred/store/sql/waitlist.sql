-- The waitlist: guests who wait for a time range of a day.

-- name: join_waitlist
-- All or nothing; no row comes back when the id or the same live wish is there already. The entry is told of once.
-- $1 entry  $2 guest  $3 consents[]  $4 history  $5 outbox row
WITH taken AS (
    SELECT 1 FROM maitred.waitlist_entries w, jsonb_populate_record(NULL::maitred.waitlist_entries, $1::jsonb) e
    WHERE w.id = e.id
       OR (w.restaurant_id = e.restaurant_id AND w.wish_sha256 = e.wish_sha256 AND w.state IN ('waiting', 'offered'))
), guest AS (
    INSERT INTO maitred.guests (id, restaurant_id, name, email, phone, locale, search)
    SELECT g.id, g.restaurant_id, g.name, g.email, g.phone, g.locale, g.search
    FROM jsonb_populate_record(NULL::maitred.guests, $2::jsonb) g WHERE NOT EXISTS (SELECT FROM taken)
), consents AS (
    INSERT INTO maitred.guest_consents (guest_id, purpose, granted, source, at)
    SELECT c.guest_id, c.purpose, c.granted, c.source, c.at
    FROM jsonb_populate_recordset(NULL::maitred.guest_consents, $3::jsonb) c WHERE NOT EXISTS (SELECT FROM taken)
), history AS (
    INSERT INTO maitred.waitlist_history
    SELECT h.* FROM jsonb_populate_record(NULL::maitred.waitlist_history, $4::jsonb) h WHERE NOT EXISTS (SELECT FROM taken)
), events AS (
    INSERT INTO maitred.outbox (event_id, restaurant_id, type, event)
    SELECT o.event_id, o.restaurant_id, o.type, o.event
    FROM jsonb_populate_record(NULL::maitred.outbox, $5::jsonb) o WHERE NOT EXISTS (SELECT FROM taken)
)
INSERT INTO maitred.waitlist_entries (id, restaurant_id, service_date, guest_id, party_size, from_at, until_at, source,
    accessible, zone_preference, zone_promised, notes, wish_sha256, state, version, joined_at, joined_by, updated_at)
SELECT e.id, e.restaurant_id, e.service_date, e.guest_id, e.party_size, e.from_at, e.until_at, e.source,
    e.accessible, e.zone_preference, e.zone_promised, e.notes, e.wish_sha256, e.state, e.version, e.joined_at, e.joined_by,
    e.joined_at
FROM jsonb_populate_record(NULL::maitred.waitlist_entries, $1::jsonb) e WHERE NOT EXISTS (SELECT FROM taken)
RETURNING place;

-- name: waitlist_save
-- Compare-and-set of an entry with its history and event. $1 entry  $2 version it was read at  $3 history  $4 outbox row
WITH history AS (
    INSERT INTO maitred.waitlist_history
    SELECT h.* FROM jsonb_populate_record(NULL::maitred.waitlist_history, $3::jsonb) h
), events AS (
    INSERT INTO maitred.outbox (event_id, restaurant_id, type, event)
    SELECT o.event_id, o.restaurant_id, o.type, o.event FROM jsonb_populate_record(NULL::maitred.outbox, $4::jsonb) o
)
UPDATE maitred.waitlist_entries w SET state = e.state, version = e.version, starts_at = e.starts_at, hold_id = e.hold_id,
    offer_expires_at = e.offer_expires_at, booking_id = e.booking_id, reason = e.reason, updated_at = clock_timestamp()
FROM jsonb_populate_record(NULL::maitred.waitlist_entries, $1::jsonb) e
WHERE w.id = e.id AND w.version = $2
RETURNING w.id;

-- name: waitlist_entry
SELECT w.*, r.slug AS restaurant, g.name AS guest_name, g.email AS guest_email, g.phone AS guest_phone,
    g.locale AS guest_locale
FROM maitred.waitlist_entries w JOIN maitred.restaurants r ON r.id = w.restaurant_id
JOIN maitred.guests g ON g.id = w.guest_id WHERE w.id = $1;

-- name: waitlist_entry_of_wish
SELECT w.id FROM maitred.waitlist_entries w
WHERE w.restaurant_id = $1 AND w.wish_sha256 = $2 AND w.state IN ('waiting', 'offered');

-- name: waitlist_entry_of_booking
SELECT w.id FROM maitred.waitlist_entries w WHERE w.booking_id = $1;

-- name: waitlist_of_day
-- In order of joining; $3: only those who still wait or are made an offer.
SELECT w.*, r.slug AS restaurant, g.name AS guest_name, g.email AS guest_email, g.phone AS guest_phone,
    g.locale AS guest_locale
FROM maitred.waitlist_entries w JOIN maitred.restaurants r ON r.id = w.restaurant_id
JOIN maitred.guests g ON g.id = w.guest_id
WHERE w.restaurant_id = $1 AND w.service_date = $2 AND (NOT $3::boolean OR w.state IN ('waiting', 'offered'))
ORDER BY w.place LIMIT 5000;

-- name: waitlist_history
SELECT * FROM maitred.waitlist_history WHERE entry_id = $1 ORDER BY version;

-- name: waitlist_days
-- Days (slug, date) on which somebody waits, page by page.
SELECT DISTINCT r.slug, w.service_date
FROM maitred.waitlist_entries w JOIN maitred.restaurants r ON r.id = w.restaurant_id
WHERE w.state IN ('waiting', 'offered') AND (r.slug, w.service_date) > ($1::text, $2::date)
ORDER BY r.slug, w.service_date LIMIT $3;

-- name: waitlist_lapsed
-- Offers whose hold is over, by the database's clock as for every hold.
SELECT w.id FROM maitred.waitlist_entries w LEFT JOIN maitred.holds h ON h.id = w.hold_id
WHERE w.state = 'offered' AND w.restaurant_id = $1 AND w.service_date = $2
  AND (h.id IS NULL OR h.expires_at <= clock_timestamp())
ORDER BY w.place;

-- name: waitlist_booked_otherwise
-- Who waits and has meanwhile been given a table for a time that meets the range, by equal phone or email; `seated`
-- is false while that is not decided yet. What was booked before joining is what they want to improve on.
SELECT w.id, bool_or(b.state IN ('assigned', 'confirmed', 'arrived', 'checked_in')) AS seated
FROM maitred.waitlist_entries w
JOIN maitred.guests mine ON mine.id = w.guest_id
JOIN maitred.guests g ON g.restaurant_id = w.restaurant_id
    AND (g.phone = mine.phone OR lower(g.email) = lower(mine.email))
JOIN maitred.bookings b ON b.guest_id = g.id AND b.service_date = w.service_date
WHERE w.restaurant_id = $1 AND w.service_date = $2 AND w.state IN ('waiting', 'offered') AND b.created_at > w.joined_at
  AND b.state IN ('created', 'capacity_verified', 'assignment_pending', 'assignment_in_progress', 'assigned',
    'manual_review', 'confirmed', 'arrived', 'checked_in')
  AND b.starts_at <= w.until_at + make_interval(mins => b.turn_minutes)
  AND b.starts_at + make_interval(mins => b.turn_minutes) > w.from_at
GROUP BY w.id;
