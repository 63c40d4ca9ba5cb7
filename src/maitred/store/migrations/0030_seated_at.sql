-- Since when a party sits: whoever changes tables keeps the end that it was told.
DROP VIEW maitred.bookings_shown;
CREATE VIEW maitred.bookings_shown AS
    SELECT b.*, r.slug AS restaurant, g.name AS guest_name, g.email AS guest_email, g.phone AS guest_phone,
        g.locale AS guest_locale, s.tables, s.seated_from, s.seated_until,
        CASE WHEN b.state = 'checked_in' THEN (SELECT max(h.at) FROM maitred.booking_history h
            WHERE h.booking_id = b.id AND h.action = 'check_in') END AS seated_at
    FROM maitred.bookings b
    JOIN maitred.restaurants r ON r.id = b.restaurant_id
    JOIN maitred.guests g ON g.id = b.guest_id
    LEFT JOIN LATERAL (
        SELECT array_agg(a.table_id ORDER BY a.table_id) AS tables, min(lower(a.during)) AS seated_from,
            max(upper(a.during)) AS seated_until
        FROM maitred.allocations a WHERE a.booking_id = b.id) s ON true;
