-- How full the house is. Cells come as three arrays (service day, from, until), numbered from 1; a booking counts on its
-- own service day only.

-- name: covers_starting
-- Guests of the parties that start in a cell.
SELECT c.number::integer AS number, sum(b.party_size)::float8 AS covers, count(*)::integer AS parties
FROM unnest($2::date[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY AS c (day, begins, ends, number)
JOIN maitred.bookings b ON b.restaurant_id = $1 AND b.service_date = c.day
    AND b.starts_at >= c.begins AND b.starts_at < c.ends
WHERE b.state = ANY ($5::text[]) GROUP BY c.number;

-- name: covers_sitting
-- Guests at table in a cell on average, by the plan: a party that is there for half of it counts half.
WITH party AS (
    SELECT service_date, starts_at, starts_at + make_interval(mins => turn_minutes) AS ends_at,
        sum(party_size) AS guests, count(*) AS parties
    FROM maitred.bookings
    WHERE restaurant_id = $1 AND service_date = ANY ($2::date[]) AND state = ANY ($5::text[])
    GROUP BY service_date, starts_at, turn_minutes
)
SELECT c.number::integer AS number, sum(p.parties)::integer AS parties,
    sum(p.guests * extract(epoch FROM least(p.ends_at, c.ends) - greatest(p.starts_at, c.begins))
        / extract(epoch FROM c.ends - c.begins))::float8 AS covers
FROM unnest($2::date[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY AS c (day, begins, ends, number)
JOIN party p ON p.service_date = c.day AND p.starts_at < c.ends AND c.begins < p.ends_at
GROUP BY c.number;

-- name: blocks_between
SELECT table_id, lower(during) AS starts_at, upper(during) AS ends_at FROM maitred.table_blocks
WHERE restaurant_id = $1 AND during && tstzrange($2, $3) ORDER BY table_id, lower(during);
