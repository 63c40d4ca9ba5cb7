-- The booking pipeline. Written for Postgres 15 to 18; every name is qualified because a transaction pooler keeps
-- no search_path. Invariants live here, not in sessions (lesson 1). Own SQLSTATEs, translated in store/database.py:
--   MT001 a seat is missing   MT003 state, history and event differ   MT007 a fence is stale   MT008 append-only

CREATE EXTENSION IF NOT EXISTS btree_gist;

-- venues ----------------------------------------------------------------------------------------------------------

CREATE TABLE maitred.venue_groups (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE maitred.restaurants (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id bigint REFERENCES maitred.venue_groups,
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL,
    timezone text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- The rules of a venue (services, turn times, pacing, ...) as imported, one immutable row a version.
CREATE TABLE maitred.venue_versions (
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    version integer NOT NULL,
    document jsonb NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (restaurant_id, version)
);

CREATE TABLE maitred.zones (
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    id text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (restaurant_id, id)
);

-- Physical tables. A table that left the venue file is retired, not deleted: its past stays readable.
CREATE TABLE maitred.tables (
    restaurant_id bigint NOT NULL,
    id text NOT NULL,
    zone_id text NOT NULL,
    capacity integer NOT NULL CHECK (capacity >= 1),
    extra_chairs integer NOT NULL DEFAULT 0 CHECK (extra_chairs >= 0),
    min_party integer NOT NULL CHECK (min_party BETWEEN 1 AND capacity),
    movable boolean NOT NULL,
    accessible boolean NOT NULL,
    retired boolean NOT NULL DEFAULT false,
    PRIMARY KEY (restaurant_id, id),
    FOREIGN KEY (restaurant_id, zone_id) REFERENCES maitred.zones
);

-- One row a pair, smaller id first: read one way only (lesson 6).
CREATE TABLE maitred.table_joins (
    restaurant_id bigint NOT NULL,
    a text COLLATE "C" NOT NULL,
    b text COLLATE "C" NOT NULL,
    PRIMARY KEY (restaurant_id, a, b),
    CHECK (a < b),
    FOREIGN KEY (restaurant_id, a) REFERENCES maitred.tables,
    FOREIGN KEY (restaurant_id, b) REFERENCES maitred.tables
);

-- A joined set with a capacity of its own (end chairs gained or lost); `tables` is sorted.
CREATE TABLE maitred.join_capacities (
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    tables text[] NOT NULL,
    capacity integer NOT NULL CHECK (capacity >= 1),
    PRIMARY KEY (restaurant_id, tables)
);

-- The unit of contention. The fence rises each time somebody takes the day's lock (guarantee 7).
CREATE TABLE maitred.service_days (
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    fence bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (restaurant_id, service_date)
);

CREATE TABLE maitred.table_blocks (
    id uuid PRIMARY KEY,
    restaurant_id bigint NOT NULL,
    table_id text NOT NULL,
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during)),
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (restaurant_id, table_id) REFERENCES maitred.tables
);

-- credentials -----------------------------------------------------------------------------------------------------

CREATE TABLE maitred.api_keys (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    key_sha256 bytea NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    restaurant_id bigint REFERENCES maitred.restaurants,   -- NULL: every restaurant
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

-- guests ----------------------------------------------------------------------------------------------------------

-- Never merged by guess: every booking brings a row of its own, whatever name or number they share.
CREATE TABLE maitred.guests (
    id uuid PRIMARY KEY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    name text NOT NULL,
    email text,
    phone text CHECK (phone ~ '^\+[1-9][0-9]{1,14}$'),     -- E.164
    locale text,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE maitred.guest_consents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    guest_id uuid NOT NULL REFERENCES maitred.guests,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX guest_consents_by_guest ON maitred.guest_consents (guest_id, at);

-- bookings --------------------------------------------------------------------------------------------------------

CREATE TABLE maitred.lifecycle_steps (
    from_state text NOT NULL,
    action text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (from_state, action, to_state)
);

CREATE TABLE maitred.bookings (
    id uuid PRIMARY KEY,
    arrival bigint GENERATED ALWAYS AS IDENTITY,           -- order in which requests were accepted
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    reference text NOT NULL,                               -- what a guest reads out on the phone
    external_ref text,                                     -- the caller's own id
    guest_id uuid NOT NULL REFERENCES maitred.guests,
    party_size integer NOT NULL CHECK (party_size BETWEEN 1 AND 1000),
    starts_at timestamptz NOT NULL,
    turn_minutes integer NOT NULL CHECK (turn_minutes > 0),
    buffer_minutes integer NOT NULL CHECK (buffer_minutes >= 0),
    source text NOT NULL CHECK (source IN ('web', 'app', 'partner', 'phone', 'walk_in')),
    zone_preference text,
    accessible boolean NOT NULL DEFAULT false,
    notes text,
    override jsonb,                                        -- soft rules staff set aside: {rules, reason, by}
    state text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    reason_code text,
    reason_data jsonb,
    decided_as_of timestamptz,                             -- a recorded decision time (replay); NULL: the clock
    pending_since timestamptz,
    due_at timestamptz,                                    -- not decided before this instant
    rounds integer NOT NULL DEFAULT 0,
    owner text,                                            -- worker that has it in progress
    owner_until timestamptz,
    previous_state text,                                   -- what undo goes back to
    undo_until timestamptz,
    review_deadline timestamptz,
    claimed_by text,                                       -- the name people read
    claimed_key uuid,                                      -- the credential that holds the claim
    claimed_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (restaurant_id, reference)
);
CREATE INDEX bookings_by_day ON maitred.bookings (restaurant_id, service_date, starts_at);
-- What is still to be decided, or waits for a person: few rows at any time, found by day and in order of arrival.
CREATE INDEX bookings_undecided ON maitred.bookings (restaurant_id, service_date, arrival)
    WHERE state IN ('created', 'capacity_verified', 'assignment_pending', 'assignment_in_progress', 'assigned', 'manual_review');
CREATE INDEX bookings_by_external_ref ON maitred.bookings (restaurant_id, external_ref) WHERE external_ref IS NOT NULL;

CREATE TABLE maitred.booking_history (
    booking_id uuid NOT NULL REFERENCES maitred.bookings,
    version integer NOT NULL,
    from_state text,
    action text NOT NULL,
    to_state text NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('guest', 'staff', 'system')),
    actor_id text NOT NULL,
    reason_code text,
    reason_data jsonb,
    at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (booking_id, version),
    CHECK ((from_state IS NULL) = (version = 1)),
    FOREIGN KEY (from_state, action, to_state) REFERENCES maitred.lifecycle_steps
);

-- A round of the coordinator, one row each.
CREATE TABLE maitred.attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    booking_id uuid NOT NULL REFERENCES maitred.bookings,
    round integer NOT NULL,
    strategy text,
    plan jsonb,
    runner_up jsonb,
    outcome text NOT NULL,
    reason_code text,
    reason_data jsonb,
    duration_ms double precision NOT NULL,
    decided_at timestamptz NOT NULL,
    worker text NOT NULL
);
CREATE INDEX attempts_by_booking ON maitred.attempts (booking_id, id);

-- seats -----------------------------------------------------------------------------------------------------------

CREATE TABLE maitred.holds (
    id uuid PRIMARY KEY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    party_size integer NOT NULL CHECK (party_size >= 1),
    starts_at timestamptz NOT NULL,
    turn_minutes integer NOT NULL CHECK (turn_minutes > 0),
    buffer_minutes integer NOT NULL CHECK (buffer_minutes >= 0),
    accessible boolean NOT NULL DEFAULT false,
    zone_preference text,
    credential_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,                       -- a life of its own, unrelated to the meal (lesson 2)
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX holds_by_day ON maitred.holds (restaurant_id, service_date, expires_at);

-- The only truth about occupancy: bookings, holds and blocks, joins expanded to their physical tables.
CREATE TABLE maitred.allocations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    restaurant_id bigint NOT NULL,
    service_date date NOT NULL,
    table_id text NOT NULL,
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during)),
    booking_id uuid REFERENCES maitred.bookings,
    hold_id uuid REFERENCES maitred.holds ON DELETE CASCADE,
    block_id uuid REFERENCES maitred.table_blocks ON DELETE CASCADE,
    fence bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(booking_id, hold_id, block_id) = 1),
    FOREIGN KEY (restaurant_id, table_id) REFERENCES maitred.tables,
    FOREIGN KEY (restaurant_id, service_date) REFERENCES maitred.service_days,
    CONSTRAINT one_party_per_table EXCLUDE USING gist (restaurant_id WITH =, table_id WITH =, during WITH &&)
);
CREATE UNIQUE INDEX allocations_by_booking ON maitred.allocations (booking_id, table_id) WHERE booking_id IS NOT NULL;
CREATE INDEX allocations_by_hold ON maitred.allocations (hold_id) WHERE hold_id IS NOT NULL;
CREATE INDEX allocations_by_block ON maitred.allocations (block_id) WHERE block_id IS NOT NULL;

-- A booking as callers and screens see it: with its restaurant, its guest and the tables it has now.
CREATE VIEW maitred.bookings_shown AS
    SELECT b.*, r.slug AS restaurant, g.name AS guest_name, g.email AS guest_email, g.phone AS guest_phone,
        g.locale AS guest_locale, s.tables, s.seated_from, s.seated_until
    FROM maitred.bookings b
    JOIN maitred.restaurants r ON r.id = b.restaurant_id
    JOIN maitred.guests g ON g.id = b.guest_id
    LEFT JOIN LATERAL (
        SELECT array_agg(a.table_id ORDER BY a.table_id) AS tables, min(lower(a.during)) AS seated_from,
            max(upper(a.during)) AS seated_until
        FROM maitred.allocations a WHERE a.booking_id = b.id) s ON true;

-- events ----------------------------------------------------------------------------------------------------------

CREATE TABLE maitred.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    booking_id uuid,
    type text NOT NULL,
    event jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    publishes integer NOT NULL DEFAULT 0,
    done_at timestamptz                                    -- every subscriber has its inbox row
);
CREATE INDEX outbox_open ON maitred.outbox (id) WHERE done_at IS NULL;
CREATE INDEX outbox_unpublished ON maitred.outbox (id) WHERE published_at IS NULL;

CREATE TABLE maitred.inbox (
    subscriber text NOT NULL,
    event_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, subscriber)
);

CREATE TABLE maitred.dead_letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscriber text NOT NULL,
    event_id uuid,
    payload text NOT NULL,
    error text NOT NULL,
    deliveries integer NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    resolved_at timestamptz,
    UNIQUE (subscriber, event_id)
);

CREATE TABLE maitred.idempotency_keys (
    credential_id uuid NOT NULL,
    restaurant_id bigint NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_sha256 bytea NOT NULL,
    subject_id uuid NOT NULL,                              -- the booking or hold that was made
    answer jsonb NOT NULL,
    settled boolean NOT NULL DEFAULT true,                           -- the answer was given; it stays what it is
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (credential_id, restaurant_id, key)
);
CREATE INDEX idempotency_keys_by_age ON maitred.idempotency_keys (created_at);

-- guards ----------------------------------------------------------------------------------------------------------

CREATE FUNCTION maitred.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'MT008';
END $$;

CREATE TRIGGER booking_history_is_append_only BEFORE UPDATE OR DELETE ON maitred.booking_history
    FOR EACH ROW EXECUTE FUNCTION maitred.refuse_change();
CREATE TRIGGER booking_history_is_not_truncated BEFORE TRUNCATE ON maitred.booking_history
    FOR EACH STATEMENT EXECUTE FUNCTION maitred.refuse_change();
CREATE TRIGGER venue_versions_are_append_only BEFORE UPDATE OR DELETE ON maitred.venue_versions
    FOR EACH ROW EXECUTE FUNCTION maitred.refuse_change();

-- Guarantee 7: who writes a seat must carry the day's present fence. The day row stays locked until commit, so no
-- newer owner can be given a fence in between.
CREATE FUNCTION maitred.check_fence() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stale record;
BEGIN
    PERFORM 1 FROM maitred.service_days d
        WHERE (d.restaurant_id, d.service_date) IN (SELECT restaurant_id, service_date FROM written)
        ORDER BY d.restaurant_id, d.service_date FOR UPDATE;
    SELECT w.service_date, w.fence, d.fence AS present INTO stale FROM written w
        JOIN maitred.service_days d USING (restaurant_id, service_date) WHERE d.fence <> w.fence LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'fence % of % is stale, the day is at %', stale.fence, stale.service_date, stale.present
            USING ERRCODE = 'MT007';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER allocations_carry_the_fence AFTER INSERT ON maitred.allocations
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION maitred.check_fence();
CREATE TRIGGER allocation_changes_carry_the_fence AFTER UPDATE ON maitred.allocations
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION maitred.check_fence();

-- The fence only rises.
CREATE FUNCTION maitred.keep_fence_rising() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.fence < OLD.fence THEN
        RAISE EXCEPTION 'the fence of % cannot fall from % to %', OLD.service_date, OLD.fence, NEW.fence
            USING ERRCODE = 'MT007';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_days_keep_fence_rising BEFORE UPDATE ON maitred.service_days
    FOR EACH ROW EXECUTE FUNCTION maitred.keep_fence_rising();

-- ... and is never forgotten: a day that began anew at 1 would let a worker of its first life write.
CREATE FUNCTION maitred.keep_fence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the fences of service days are kept' USING ERRCODE = 'MT007';
END $$;
CREATE TRIGGER service_days_are_kept BEFORE DELETE OR TRUNCATE ON maitred.service_days
    FOR EACH STATEMENT EXECUTE FUNCTION maitred.keep_fence();

-- Guarantee 2: seats of a set of tables, an own capacity of the joined set first (end chairs may be gained or lost),
-- plus the chairs one may add.
CREATE FUNCTION maitred.seats_of(the_booking uuid) RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT coalesce(coalesce(
        (SELECT j.capacity FROM maitred.join_capacities j
            WHERE j.restaurant_id = min(t.restaurant_id) AND j.tables = array_agg(t.id ORDER BY t.id COLLATE "C")),
        sum(t.capacity)
    ) + sum(t.extra_chairs), 0)::integer
    FROM maitred.allocations a
    JOIN maitred.tables t ON t.restaurant_id = a.restaurant_id AND t.id = a.table_id
    WHERE a.booking_id = the_booking
$$;

CREATE FUNCTION maitred.check_seat(the_booking uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    b record;
BEGIN
    -- A snapshot as old as the transaction would not show a seat that another has deleted since.
    IF current_setting('transaction_isolation') = 'repeatable read' THEN
        RAISE EXCEPTION 'seats cannot be checked under repeatable read' USING ERRCODE = 'MT001';
    END IF;
    -- Locks the row: without it one transaction may delete the seat while another confirms (write skew).
    SELECT id, state, party_size, starts_at, turn_minutes INTO b
        FROM maitred.bookings WHERE id = the_booking FOR NO KEY UPDATE;
    IF NOT FOUND OR b.state NOT IN ('assigned', 'confirmed', 'arrived', 'checked_in') THEN
        RETURN;
    END IF;
    IF maitred.seats_of(the_booking) < b.party_size THEN
        RAISE EXCEPTION 'booking % is % for % without tables that seat them', b.id, b.state, b.party_size
            USING ERRCODE = 'MT001';
    END IF;
    IF b.state IN ('assigned', 'confirmed', 'arrived') AND EXISTS (
        SELECT 1 FROM maitred.allocations a WHERE a.booking_id = the_booking
            AND NOT a.during @> tstzrange(b.starts_at, b.starts_at + make_interval(mins => b.turn_minutes))
    ) THEN
        RAISE EXCEPTION 'booking % has tables that are not its own for the whole turn', b.id USING ERRCODE = 'MT001';
    END IF;
END $$;

CREATE FUNCTION maitred.booking_keeps_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM maitred.check_seat(NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION maitred.allocation_keeps_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM maitred.check_seat(OLD.booking_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER confirmed_bookings_have_seats AFTER INSERT OR UPDATE ON maitred.bookings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.state IN ('assigned', 'confirmed', 'arrived', 'checked_in'))
    EXECUTE FUNCTION maitred.booking_keeps_seat();
CREATE CONSTRAINT TRIGGER seats_stay_with_bookings AFTER UPDATE OR DELETE ON maitred.allocations
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.booking_id IS NOT NULL)
    EXECUTE FUNCTION maitred.allocation_keeps_seat();

-- Guarantee 3: what a guest or a host would call a change raises the version; book-keeping does not.
CREATE FUNCTION maitred.check_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.restaurant_id <> OLD.restaurant_id THEN
        RAISE EXCEPTION 'booking % cannot change its identity', OLD.id USING ERRCODE = 'MT003';
    END IF;
    IF NEW.version < OLD.version THEN
        RAISE EXCEPTION 'booking % cannot go back from version % to %', OLD.id, OLD.version, NEW.version USING ERRCODE = 'MT003';
    END IF;
    IF NEW.version = OLD.version AND
        (NEW.state, NEW.party_size, NEW.starts_at, NEW.turn_minutes, NEW.service_date, NEW.accessible, NEW.guest_id)
        IS DISTINCT FROM
        (OLD.state, OLD.party_size, OLD.starts_at, OLD.turn_minutes, OLD.service_date, OLD.accessible, OLD.guest_id)
    THEN
        RAISE EXCEPTION 'booking % changed without a new version', OLD.id USING ERRCODE = 'MT003';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bookings_change_with_version BEFORE UPDATE ON maitred.bookings
    FOR EACH ROW EXECUTE FUNCTION maitred.check_version();

-- ... and every version has its history entry and its event, in an unbroken chain, by the time of commit.
CREATE FUNCTION maitred.check_one_write() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    first_version integer := 1;
    entries integer;
    broken integer;
    unsent integer;
    last_state text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        first_version := OLD.version + 1;
    END IF;
    SELECT count(*) FILTER (WHERE h.version >= first_version),
           count(*) FILTER (WHERE h.version >= first_version AND h.from_state IS DISTINCT FROM h.came_from),
           count(*) FILTER (WHERE h.version >= first_version AND o.event_id IS NULL) + count(*) - count(DISTINCT h.event_id),
           max(h.to_state) FILTER (WHERE h.version = NEW.version)
        INTO entries, broken, unsent, last_state
        FROM (SELECT e.version, e.from_state, e.to_state, e.event_id, lag(e.to_state) OVER (ORDER BY e.version) AS came_from
                FROM maitred.booking_history e
                WHERE e.booking_id = NEW.id AND e.version BETWEEN first_version - 1 AND NEW.version) h
        LEFT JOIN maitred.outbox o ON o.event_id = h.event_id AND coalesce(o.booking_id, NEW.id) = NEW.id;
    IF entries <> NEW.version - first_version + 1 OR broken > 0 OR unsent > 0 OR last_state IS DISTINCT FROM NEW.state THEN
        RAISE EXCEPTION 'booking % version % (%) lacks its history or event', NEW.id, NEW.version, NEW.state
            USING ERRCODE = 'MT003';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bookings_are_one_write AFTER INSERT ON maitred.bookings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION maitred.check_one_write();
CREATE CONSTRAINT TRIGGER booking_changes_are_one_write AFTER UPDATE ON maitred.bookings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.version <> OLD.version OR NEW.state <> OLD.state)
    EXECUTE FUNCTION maitred.check_one_write();

-- A history entry without its booking at that version is as wrong as the reverse.
CREATE FUNCTION maitred.check_history_is_applied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM maitred.bookings WHERE id = NEW.booking_id AND version >= NEW.version) THEN
        RAISE EXCEPTION 'history of booking % runs ahead of it', NEW.booking_id USING ERRCODE = 'MT003';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER history_is_applied AFTER INSERT ON maitred.booking_history
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION maitred.check_history_is_applied();
