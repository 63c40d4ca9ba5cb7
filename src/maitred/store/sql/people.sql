-- People of the Ops screens, their roles and sessions.

-- name: insert_person
INSERT INTO maitred.people (id, email, name, password_hash, locale, first_password) VALUES ($1, $2, $3, $4, $5, $6);

-- name: person_by_email
SELECT id, email, name, password_hash FROM maitred.people
WHERE email = $1 AND disabled_at IS NULL;

-- name: list_people
SELECT p.id, p.email, p.name, p.locale, p.created_at, p.disabled_at, p.password_hash IS NOT NULL AS has_password,
    (SELECT array_agg(coalesce(r.slug, '*') || ':' || pr.role ORDER BY r.slug NULLS FIRST) FROM maitred.people_roles pr
     LEFT JOIN maitred.restaurants r ON r.id = pr.restaurant_id WHERE pr.person_id = p.id) AS roles
FROM maitred.people p ORDER BY p.email;

-- name: set_password
-- $3: whether somebody else has seen it; NULL leaves that as it is. Wrong tries at the old one count no more.
WITH changed AS (
    UPDATE maitred.people SET password_hash = $2, first_password = coalesce($3, first_password) WHERE id = $1 RETURNING email
)
DELETE FROM maitred.tries
WHERE key IN (SELECT sha256(convert_to('sign-in' || chr(10) || email, 'UTF8')) FROM changed);

-- name: disable_person
UPDATE maitred.people SET disabled_at = clock_timestamp() WHERE id = $1 AND disabled_at IS NULL;

-- name: take_try
-- No row while it has to wait. From the fifth try on each one doubles the pause, up to a quarter of an hour.
INSERT INTO maitred.tries AS t (key, failures, at) VALUES ($1, 1, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET failures = t.failures + 1, at = clock_timestamp(), next_try_at = CASE WHEN t.failures >= 4
    THEN clock_timestamp() + make_interval(secs => least(900, 2 ^ least(t.failures - 4, 10))) END
WHERE t.next_try_at IS NULL OR t.next_try_at <= clock_timestamp()
RETURNING failures;

-- name: next_try
SELECT next_try_at FROM maitred.tries WHERE key = $1;

-- name: forget_tries
DELETE FROM maitred.tries WHERE key = $1;

-- name: purge_tries
DELETE FROM maitred.tries WHERE at < $1;

-- name: end_acting
-- In one restaurant, or ($2 NULL) in all.
UPDATE maitred.sessions SET acting_id = NULL, acting_in = NULL
WHERE acting_id = $1 AND ($2::bigint IS NULL OR acting_in = $2);

-- name: set_preferences
UPDATE maitred.people SET locale = $2, theme = $3, single_keys = $4 WHERE id = $1;

-- name: set_role
INSERT INTO maitred.people_roles (person_id, restaurant_id, role) VALUES ($1, $2, $3)
ON CONFLICT (person_id, restaurant_id) DO UPDATE SET role = excluded.role;

-- name: drop_role
DELETE FROM maitred.people_roles WHERE person_id = $1 AND restaurant_id IS NOT DISTINCT FROM $2;

-- name: insert_session
INSERT INTO maitred.sessions (id, token_sha256, person_id, expires_at, device) VALUES ($1, $2, $3, $4, $5);

-- name: session_by_token
-- One look answers who it is and what they may do; NULL in `restaurants` stands for all of them. A session that acts as
-- somebody else lasts only as long as both may be in that restaurant.
SELECT s.id AS session_id, s.seen_at, s.expires_at, s.acting_in, p.id, p.email, p.name, p.locale, p.theme, p.single_keys,
    p.first_password,
    array_agg(pr.restaurant_id ORDER BY pr.restaurant_id) FILTER (WHERE pr.role IS NOT NULL) AS restaurants,
    array_agg(pr.role ORDER BY pr.restaurant_id) FILTER (WHERE pr.role IS NOT NULL) AS roles
FROM maitred.sessions s JOIN maitred.people o ON o.id = s.person_id
JOIN maitred.people p ON p.id = coalesce(s.acting_id, s.person_id)
LEFT JOIN maitred.people_roles pr ON pr.person_id = p.id
WHERE s.token_sha256 = $1 AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp()
  AND o.disabled_at IS NULL AND p.disabled_at IS NULL
  AND (s.acting_in IS NULL OR EXISTS (SELECT FROM maitred.people_roles own WHERE own.person_id = s.person_id
       AND (own.restaurant_id IS NULL OR own.restaurant_id = s.acting_in)))
GROUP BY s.id, p.id;

-- name: touch_session
UPDATE maitred.sessions SET seen_at = clock_timestamp() WHERE id = $1;

-- name: revoke_session
UPDATE maitred.sessions SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL;

-- name: revoke_own_session
UPDATE maitred.sessions SET revoked_at = clock_timestamp() WHERE id = $1 AND person_id = $2 AND revoked_at IS NULL;

-- name: act_as
UPDATE maitred.sessions SET acting_id = $2, acting_in = $3 WHERE id = $1 AND revoked_at IS NULL;

-- name: revoke_sessions_of
UPDATE maitred.sessions SET revoked_at = clock_timestamp()
WHERE person_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2;

-- name: sessions_of
SELECT id, created_at, seen_at, expires_at, device FROM maitred.sessions
WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > clock_timestamp() ORDER BY seen_at DESC;

-- name: places_of
-- The restaurants a person may open: $1 their numbers, NULL for all of them.
SELECT id, slug, name FROM maitred.restaurants WHERE ($1::bigint[] IS NULL OR id = ANY ($1)) ORDER BY name, id;

-- name: person_by_id
SELECT id, email, name, password_hash, pin_hash FROM maitred.people
WHERE id = $1 AND disabled_at IS NULL;

-- name: roles_by_email
-- Who a token of elsewhere speaks for, and what they may do; NULL in `restaurants` stands for all of them.
SELECT p.id, p.email, p.name,
    array_agg(pr.restaurant_id ORDER BY pr.restaurant_id) FILTER (WHERE pr.role IS NOT NULL) AS restaurants,
    array_agg(pr.role ORDER BY pr.restaurant_id) FILTER (WHERE pr.role IS NOT NULL) AS roles
FROM maitred.people p LEFT JOIN maitred.people_roles pr ON pr.person_id = p.id
WHERE p.email = $1 AND p.disabled_at IS NULL GROUP BY p.id;

-- name: any_by_email
-- Also of somebody whose account is closed.
SELECT id, email, name, disabled_at IS NULL AS enabled, first_password,
    EXISTS (SELECT FROM maitred.people_roles WHERE person_id = id AND restaurant_id = $2) AS here
FROM maitred.people WHERE email = $1;

-- name: set_pin
UPDATE maitred.people SET pin_hash = $2 WHERE id = $1;

-- name: people_with_pin
-- Who may take over a tablet of a restaurant; nobody who has yet to choose a password of their own.
SELECT p.id, p.name FROM maitred.people p
WHERE p.disabled_at IS NULL AND p.pin_hash IS NOT NULL AND NOT p.first_password
  AND EXISTS (SELECT FROM maitred.people_roles pr WHERE pr.person_id = p.id
      AND (pr.restaurant_id IS NULL OR pr.restaurant_id = $1))
ORDER BY p.name, p.id;

-- name: people_of
-- Everybody with a role in a restaurant; `everywhere` holds for those whose role is not for this one alone.
SELECT p.id, p.email, p.name, pr.role, pr.restaurant_id IS NULL AS everywhere, p.password_hash IS NOT NULL AS has_password,
    p.pin_hash IS NOT NULL AS has_pin,
    (SELECT max(s.seen_at) FROM maitred.sessions s WHERE s.person_id = p.id) AS seen_at
FROM maitred.people p JOIN maitred.people_roles pr ON pr.person_id = p.id
WHERE p.disabled_at IS NULL AND (pr.restaurant_id IS NULL OR pr.restaurant_id = $1)
ORDER BY p.name, p.id, everywhere;

-- name: lock_roles_of
-- Two owners who remove each other at once must not leave nobody: roles of a restaurant change one after the other.
SELECT id FROM maitred.restaurants WHERE id = $1 FOR NO KEY UPDATE;

-- name: owns_alone
-- Whether somebody owns a restaurant and nobody else does.
SELECT count(*) > 0 AND bool_and(p.id = $2) FROM maitred.people_roles pr JOIN maitred.people p ON p.id = pr.person_id
WHERE p.disabled_at IS NULL AND pr.role = 'owner' AND (pr.restaurant_id IS NULL OR pr.restaurant_id = $1);

-- name: restaurant_by_slug
SELECT id FROM maitred.restaurants WHERE slug = $1;
