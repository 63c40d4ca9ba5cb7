-- The optimizer: a service day planned again as a whole, proposed to people, and how good a night was.

CREATE TABLE maitred.optimizer_runs (
    id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    service text,                                          -- NULL: the whole day
    auto boolean NOT NULL,                                 -- by schedule, not by a person
    max_moves integer CHECK (max_moves >= 0),              -- NULL: any number
    include_refused boolean NOT NULL,
    state text NOT NULL CHECK (state IN
        ('queued', 'running', 'proposed', 'nothing_better', 'applied', 'dismissed', 'stale', 'failed')),
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    owner text,                                            -- who solves it, and until when that is believed
    owner_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    finished_at timestamptz,
    basis jsonb,                                           -- versions of the bookings it was computed from
    proposal jsonb,
    error text,
    settled_at timestamptz,                                -- applied or dismissed
    settled_by text,
    move_set uuid,                                         -- what undo takes back; NULL when nobody moved
    CHECK ((state = 'running') = (owner IS NOT NULL)),
    CHECK ((owner IS NULL) = (owner_until IS NULL)),
    CHECK ((state IN ('applied', 'dismissed')) = (settled_at IS NOT NULL)),
    CHECK (state NOT IN ('proposed', 'nothing_better', 'applied') OR (proposal IS NOT NULL AND basis IS NOT NULL))
);
CREATE INDEX optimizer_runs_by_day ON maitred.optimizer_runs (restaurant_id, service_date, seq);
-- One at a time for each day, and by schedule once for each service.
CREATE UNIQUE INDEX one_run_at_a_time ON maitred.optimizer_runs (restaurant_id, service_date)
    WHERE state IN ('queued', 'running');
CREATE UNIQUE INDEX one_scheduled_run_a_service ON maitred.optimizer_runs (restaurant_id, service_date, service)
    WHERE auto AND state <> 'stale';
CREATE INDEX optimizer_runs_to_solve ON maitred.optimizer_runs (seq) WHERE state IN ('queued', 'running');

-- What a night took of the most it could have taken, had everybody's wish been known in advance.
CREATE TABLE maitred.optimizer_nights (
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    asked_covers integer NOT NULL,
    seated_covers integer NOT NULL,
    optimum_covers integer NOT NULL,
    bound_covers integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (restaurant_id, service_date)
);
