-- Tries at passwords and PINs, each counted before it is looked at, so that many at once are no more than many in a row.
-- `key` is the SHA-256 of what is tried and for whom: an address that nobody has counts like one that somebody has.
CREATE TABLE maitred.tries (
    key bytea PRIMARY KEY CHECK (length(key) = 32),
    failures integer NOT NULL,                             -- in a row
    next_try_at timestamptz,
    at timestamptz NOT NULL
);
CREATE INDEX tries_by_time ON maitred.tries (at);

-- Somebody else has seen it: good for choosing one's own, and for nothing else.
ALTER TABLE maitred.people ADD COLUMN first_password boolean NOT NULL DEFAULT false;
ALTER TABLE maitred.people DROP COLUMN failures, DROP COLUMN next_try_at;
