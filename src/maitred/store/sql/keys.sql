-- name: key_by_hash
SELECT id, name, scopes, restaurant_id FROM maitred.api_keys WHERE key_sha256 = $1 AND revoked_at IS NULL;

-- name: insert_key
INSERT INTO maitred.api_keys (id, name, key_sha256, scopes, restaurant_id) VALUES ($1, $2, $3, $4, $5);

-- name: ensure_admin_key
INSERT INTO maitred.api_keys (id, name, key_sha256, scopes) VALUES ($1, $2, $3, ARRAY['admin'])
ON CONFLICT (key_sha256) DO NOTHING;

-- name: list_keys
SELECT k.id, k.name, k.scopes, r.slug AS restaurant, k.created_at, k.revoked_at FROM maitred.api_keys k
LEFT JOIN maitred.restaurants r ON r.id = k.restaurant_id ORDER BY k.created_at;

-- name: revoke_key
UPDATE maitred.api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL;
