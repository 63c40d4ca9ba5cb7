-- People who work with the Ops screens, what each may do where, and their sessions.
-- A password is kept as argon2id, a PIN too; of a session's token only the SHA-256 (it is 256 random bits).

CREATE TABLE maitred.people (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    password_hash text,                                    -- none: signs in elsewhere (OIDC, Supabase)
    pin_hash text,                                         -- switches the person on a shared tablet
    locale text,
    theme text CHECK (theme IN ('light', 'dark')),         -- none: as the device has it
    single_keys boolean NOT NULL DEFAULT true,             -- WCAG 2.1.4: may be switched off
    failures integer NOT NULL DEFAULT 0,                   -- wrong passwords or PINs in a row
    next_try_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz
);
CREATE UNIQUE INDEX people_email ON maitred.people (email);

-- `restaurant_id` none: every restaurant of the installation.
CREATE TABLE maitred.people_roles (
    person_id uuid NOT NULL REFERENCES maitred.people ON DELETE CASCADE,
    restaurant_id bigint REFERENCES maitred.restaurants,
    role text NOT NULL CHECK (role IN ('viewer', 'host', 'manager', 'owner')),
    UNIQUE NULLS NOT DISTINCT (person_id, restaurant_id)
);

CREATE TABLE maitred.sessions (
    id uuid PRIMARY KEY,
    token_sha256 bytea NOT NULL UNIQUE,
    person_id uuid NOT NULL REFERENCES maitred.people ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    device text NOT NULL DEFAULT ''
);
CREATE INDEX sessions_by_person ON maitred.sessions (person_id);
