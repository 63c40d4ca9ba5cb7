-- What leaves the house: events in the order in which they can be read, and who has them sent.

-- One writer at a time adds to it (an advisory lock), so positions are committed in their order and whoever reads on
-- from a position misses nothing. Kept longer than the outbox: see docs/decisions/0031.
CREATE TABLE maitred.feed (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    type text NOT NULL,
    event jsonb NOT NULL,                                  -- the envelope as it is sent
    at timestamptz NOT NULL,                               -- when it happened
    added_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX feed_by_restaurant ON maitred.feed (restaurant_id, position);
CREATE INDEX feed_by_age ON maitred.feed (added_at);

CREATE TABLE maitred.webhooks (
    id uuid PRIMARY KEY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    url text NOT NULL CHECK (length(url) BETWEEN 8 AND 1000),
    types text[] NOT NULL,                                 -- empty: every type
    description text,
    secret text NOT NULL,                                  -- needed in plain to sign; never read out again
    previous_secret text,
    previous_until timestamptz,                            -- until then both sign
    enabled boolean NOT NULL DEFAULT true,
    failures integer NOT NULL DEFAULT 0,                   -- in a row
    failing_since timestamptz,
    resting_until timestamptz,
    disabled_at timestamptz,
    disabled_reason text CHECK (disabled_reason IN ('failing', 'gone', 'by_hand')),
    leased_by text,
    leased_until timestamptz,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((previous_secret IS NULL) = (previous_until IS NULL)),
    CHECK (enabled = (disabled_at IS NULL))
);
CREATE INDEX webhooks_by_restaurant ON maitred.webhooks (restaurant_id, created_at);

CREATE SEQUENCE maitred.webhook_runs;

-- One row an event and endpoint; sent again by hand or by a replay, it is another row with the same event.
CREATE TABLE maitred.webhook_deliveries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook_id uuid NOT NULL REFERENCES maitred.webhooks ON DELETE CASCADE,
    event_id uuid NOT NULL,
    type text NOT NULL,
    run bigint NOT NULL DEFAULT 0,                         -- 0: because it happened
    kind text NOT NULL CHECK (kind IN ('live', 'replay', 'resend', 'test')),
    event jsonb NOT NULL,                                  -- what is sent; the feed may forget it earlier
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    UNIQUE (webhook_id, event_id, run)
);
CREATE INDEX webhook_deliveries_due ON maitred.webhook_deliveries (webhook_id, due_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_log ON maitred.webhook_deliveries (webhook_id, id DESC);
CREATE INDEX webhook_deliveries_by_age ON maitred.webhook_deliveries ((coalesce(settled_at, created_at)));

CREATE TABLE maitred.webhook_attempts (
    delivery_id bigint NOT NULL REFERENCES maitred.webhook_deliveries ON DELETE CASCADE,
    attempt integer NOT NULL,
    at timestamptz NOT NULL,
    status integer,                                        -- NULL: no answer
    latency_ms integer NOT NULL,
    error text,
    excerpt text,                                          -- the beginning of the answer
    PRIMARY KEY (delivery_id, attempt)
);
