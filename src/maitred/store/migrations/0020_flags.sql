-- Feature flags: what was decided by whom, and the shadow's own decisions.

-- One row a flag. NULL means that nothing was said: the default is then that of the settings, and nobody is in by
-- percentage. `version` changes with this row (compare and set), `revision` with anything about the flag.
CREATE TABLE maitred.flags (
    flag text PRIMARY KEY,
    killed boolean NOT NULL DEFAULT false,
    default_mode text CHECK (default_mode IN ('off', 'shadow', 'on')),
    percentage integer CHECK (percentage BETWEEN 0 AND 100),
    version integer NOT NULL DEFAULT 0 CHECK (version >= 0),
    revision bigint NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO maitred.flags (flag) VALUES ('feat.booking_pipeline.v1');

-- What is said of one restaurant. A row is kept once it is there, so that its version never begins again.
CREATE TABLE maitred.flag_restaurants (
    flag text NOT NULL REFERENCES maitred.flags,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    mode text CHECK (mode IN ('off', 'shadow', 'on')),     -- NULL: no override
    opted_in boolean NOT NULL DEFAULT false,
    version integer NOT NULL CHECK (version >= 1),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (flag, restaurant_id)
);

CREATE TABLE maitred.flag_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    flag text NOT NULL REFERENCES maitred.flags,
    restaurant_id bigint REFERENCES maitred.restaurants,   -- NULL: the flag itself
    what text NOT NULL CHECK (what IN ('killed', 'default', 'percentage', 'mode', 'opted_in')),
    from_value text,
    to_value text,
    by_whom text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX flag_changes_by_restaurant ON maitred.flag_changes (restaurant_id, id);
CREATE TRIGGER flag_changes_are_append_only BEFORE UPDATE OR DELETE ON maitred.flag_changes
    FOR EACH ROW EXECUTE FUNCTION maitred.refuse_change();
CREATE TRIGGER flag_changes_are_not_truncated BEFORE TRUNCATE ON maitred.flag_changes
    FOR EACH STATEMENT EXECUTE FUNCTION maitred.refuse_change();

-- Since when a restaurant is in shadow: bookings that came earlier are part of its floor, and are not decided again.
CREATE TABLE maitred.shadow_runs (
    restaurant_id bigint PRIMARY KEY REFERENCES maitred.restaurants,
    after_arrival bigint NOT NULL,
    since timestamptz NOT NULL
);

-- What the engine would have done, one row a booking. It is no seat: nothing else reads this table.
CREATE TABLE maitred.shadow_decisions (
    booking_id uuid PRIMARY KEY REFERENCES maitred.bookings ON DELETE CASCADE,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    arrival bigint NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('confirmed', 'needsreview', 'failed')),
    reason_code text,
    tables text[] NOT NULL,                                -- where the party would sit by now, others' moves included
    moves integer NOT NULL,                                -- parties that would have changed tables for it
    moved boolean NOT NULL DEFAULT false,                  -- it has changed tables itself, for another
    party_size integer NOT NULL,
    starts_at timestamptz NOT NULL,
    duration_ms double precision NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX shadow_decisions_by_day ON maitred.shadow_decisions (restaurant_id, service_date);
