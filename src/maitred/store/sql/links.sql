-- name: signing_key_newest
SELECT id, secret FROM maitred.signing_keys ORDER BY id DESC LIMIT 1;

-- name: signing_key_by_id
SELECT secret FROM maitred.signing_keys WHERE id = $1;

-- name: insert_signing_key
INSERT INTO maitred.signing_keys (secret) VALUES ($1) RETURNING id;

-- name: delete_signing_keys_before
DELETE FROM maitred.signing_keys WHERE id < $1;
