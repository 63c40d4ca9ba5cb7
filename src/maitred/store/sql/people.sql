-- People of the Ops screens, their roles and sessions.

-- name: insert_person
INSERT INTO maitred.people (id, email, name, password_hash, locale) VALUES ($1, $2, $3, $4, $5);

-- name: person_by_email
SELECT id, email, name, password_hash, failures, next_try_at FROM maitred.people
WHERE email = $1 AND disabled_at IS NULL;

-- name: list_people
SELECT p.id, p.email, p.name, p.locale, p.created_at, p.disabled_at, p.password_hash IS NOT NULL AS has_password,
    (SELECT array_agg(coalesce(r.slug, '*') || ':' || pr.role ORDER BY r.slug NULLS FIRST) FROM maitred.people_roles pr
     LEFT JOIN maitred.restaurants r ON r.id = pr.restaurant_id WHERE pr.person_id = p.id) AS roles
FROM maitred.people p ORDER BY p.email;

-- name: set_password
UPDATE maitred.people SET password_hash = $2, failures = 0, next_try_at = NULL WHERE id = $1;

-- name: disable_person
UPDATE maitred.people SET disabled_at = clock_timestamp() WHERE id = $1 AND disabled_at IS NULL;

-- name: note_failure
-- From the fifth wrong try on each one doubles the pause, up to a quarter of an hour.
UPDATE maitred.people SET failures = failures + 1, next_try_at = CASE WHEN failures >= 4
    THEN clock_timestamp() + make_interval(secs => least(900, 2 ^ least(failures - 4, 10))) END
WHERE id = $1;

-- name: forget_failures
UPDATE maitred.people SET failures = 0, next_try_at = NULL WHERE id = $1 AND failures > 0;

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
-- One look answers who it is and what they may do; NULL in `restaurants` stands for all of them.
SELECT s.id AS session_id, s.seen_at, s.expires_at, p.id, p.email, p.name, p.locale, p.theme, p.single_keys,
    array_agg(pr.restaurant_id ORDER BY pr.restaurant_id) FILTER (WHERE pr.role IS NOT NULL) AS restaurants,
    array_agg(pr.role ORDER BY pr.restaurant_id) FILTER (WHERE pr.role IS NOT NULL) AS roles
FROM maitred.sessions s JOIN maitred.people p ON p.id = s.person_id
LEFT JOIN maitred.people_roles pr ON pr.person_id = p.id
WHERE s.token_sha256 = $1 AND s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND p.disabled_at IS NULL
GROUP BY s.id, p.id;

-- name: touch_session
UPDATE maitred.sessions SET seen_at = clock_timestamp() WHERE id = $1;

-- name: revoke_session
UPDATE maitred.sessions SET revoked_at = clock_timestamp() WHERE id = $1 AND revoked_at IS NULL;

-- name: revoke_sessions_of
UPDATE maitred.sessions SET revoked_at = clock_timestamp()
WHERE person_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2;

-- name: sessions_of
SELECT id, created_at, seen_at, expires_at, device FROM maitred.sessions
WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > clock_timestamp() ORDER BY seen_at DESC;

-- name: places_of
-- The restaurants a person may open: $1 their numbers, NULL for all of them.
SELECT id, slug, name FROM maitred.restaurants WHERE ($1::bigint[] IS NULL OR id = ANY ($1)) ORDER BY name, id;
