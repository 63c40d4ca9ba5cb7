-- What guests' links are signed with. The newest signs; older ones still open what they signed until they are deleted.
CREATE TABLE maitred.signing_keys (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    secret bytea NOT NULL CHECK (octet_length(secret) >= 32),
    made_at timestamptz NOT NULL DEFAULT now()
);
