-- Late binding: confirmed parties may change tables, every such change is on record and can be undone; what was
-- promised (a zone, the very tables) stands apart from what was wished for.

INSERT INTO maitred.lifecycle_steps (from_state, action, to_state) VALUES
    ('confirmed', 'move', 'confirmed'),
    ('confirmed', 'pin', 'confirmed'),
    ('confirmed', 'unpin', 'confirmed'),
    ('arrived', 'move', 'arrived'),
    ('arrived', 'pin', 'arrived'),
    ('arrived', 'unpin', 'arrived'),
    ('checked_in', 'move', 'checked_in');

ALTER TABLE maitred.bookings
    ADD COLUMN promised_zone text,
    ADD COLUMN pinned_at timestamptz,                      -- the very tables are promised
    ADD COLUMN pinned_by text,
    ADD COLUMN pin_reason text,
    ADD CONSTRAINT a_pin_says_who_and_why CHECK (num_nonnulls(pinned_at, pinned_by, pin_reason) IN (0, 3));

-- A view keeps the columns it was made with.
DROP VIEW maitred.bookings_shown;
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

-- Parties that changed tables together, for one cause; undone together too.
CREATE TABLE maitred.move_sets (
    id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,               -- order in which they were made
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    cause text NOT NULL CHECK (cause IN ('decision', 'staff', 'optimizer', 'rescue', 'undo')),
    for_booking uuid REFERENCES maitred.bookings,          -- whom it made room for
    actor_kind text NOT NULL CHECK (actor_kind IN ('guest', 'staff', 'system')),
    actor text NOT NULL,
    note text,
    at timestamptz NOT NULL,
    undone_at timestamptz,
    undone_by text,
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE INDEX move_sets_by_day ON maitred.move_sets (restaurant_id, service_date, seq);

-- One party of a set; `version` is the booking's once it had moved, which its history has too.
CREATE TABLE maitred.move_set_entries (
    move_set uuid NOT NULL REFERENCES maitred.move_sets,
    booking_id uuid NOT NULL REFERENCES maitred.bookings,
    from_tables text[] NOT NULL,
    to_tables text[] NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (move_set, booking_id)
);
CREATE INDEX move_set_entries_by_booking ON maitred.move_set_entries (booking_id);
