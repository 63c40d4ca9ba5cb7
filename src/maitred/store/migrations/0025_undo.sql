-- One undo for everything that people do to a booking: what was done, and how everybody it touched stood before and after.

INSERT INTO maitred.lifecycle_steps (from_state, action, to_state) VALUES
    ('arrived', 'lose_table', 'manual_review'),
    ('checked_in', 'lose_table', 'manual_review'),
    ('assignment_pending', 'undo', 'assignment_pending'),
    ('assignment_pending', 'undo', 'manual_review'),
    ('manual_review', 'undo', 'arrived'),
    ('manual_review', 'undo', 'assignment_pending'),
    ('manual_review', 'undo', 'checked_in'),
    ('manual_review', 'undo', 'confirmed'),
    ('manual_review', 'undo', 'manual_review'),
    ('confirmed', 'undo', 'cancelled'),
    ('confirmed', 'undo', 'confirmed'),
    ('confirmed', 'undo', 'manual_review'),
    ('arrived', 'undo', 'arrived'),
    ('checked_in', 'undo', 'cancelled'),
    ('checked_in', 'undo', 'checked_in'),
    ('completed', 'undo', 'completed'),
    ('no_show', 'undo', 'no_show'),
    ('cancelled', 'undo', 'cancelled');

CREATE TABLE maitred.undo_entries (
    id uuid PRIMARY KEY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    booking_id uuid REFERENCES maitred.bookings DEFERRABLE INITIALLY DEFERRED, -- whom it was about; NULL: a table
    what text NOT NULL,
    subject text,                                          -- the table it was about
    actor_kind text NOT NULL CHECK (actor_kind IN ('guest', 'staff', 'system')),
    actor text NOT NULL,
    at timestamptz NOT NULL,
    until timestamptz NOT NULL,                            -- cannot be taken back afterwards
    blocks uuid[] NOT NULL DEFAULT '{}',                   -- tables it closed
    opened jsonb NOT NULL DEFAULT '[]',                    -- tables it opened, as they had been closed
    undone_at timestamptz,
    undone_by text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL))
);
CREATE INDEX undo_entries_by_age ON maitred.undo_entries (created_at);
CREATE INDEX undo_entries_by_block ON maitred.undo_entries USING gin (blocks);

-- One booking that an action touched. Versions are those of the booking before and after it; `before` is NULL where the
-- action made the booking. An image is {booking, guest, tables, from, until}.
CREATE TABLE maitred.undo_parts (
    entry uuid NOT NULL REFERENCES maitred.undo_entries ON DELETE CASCADE,
    booking_id uuid NOT NULL REFERENCES maitred.bookings,
    version_before integer,
    version_after integer,
    before jsonb,
    after jsonb,
    PRIMARY KEY (entry, booking_id)
);
CREATE INDEX undo_parts_by_booking ON maitred.undo_parts (booking_id, version_after);

-- How a booking stands: its row, its guest, its tables and for how long.
CREATE FUNCTION maitred.image_of(the_booking uuid) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('booking', to_jsonb(b), 'guest', to_jsonb(g), 'tables', to_jsonb(coalesce(s.tables, '{}')),
        'from', s.begins, 'until', s.ends)
    FROM maitred.bookings b JOIN maitred.guests g ON g.id = b.guest_id
    LEFT JOIN LATERAL (SELECT array_agg(a.table_id ORDER BY a.table_id) AS tables, min(lower(a.during)) AS begins,
        max(upper(a.during)) AS ends FROM maitred.allocations a WHERE a.booking_id = b.id) s ON true
    WHERE b.id = the_booking
$$;

-- Whose message waits until the action that caused it can no longer be taken back at once.
ALTER TABLE maitred.messages ADD COLUMN undo_entry uuid;
CREATE INDEX messages_by_undo ON maitred.messages (undo_entry) WHERE undo_entry IS NOT NULL AND state = 'pending';

-- What an undo of a booking takes back now, and until when; NULL: nothing. It stands for the state before.
DROP VIEW maitred.bookings_shown;
ALTER TABLE maitred.bookings DROP COLUMN previous_state;
ALTER TABLE maitred.bookings ADD COLUMN undo_entry uuid;
-- Nothing else of these rows changes, so none of their checks needs to run.
ALTER TABLE maitred.bookings DISABLE TRIGGER USER;
UPDATE maitred.bookings SET undo_until = NULL WHERE undo_until IS NOT NULL;
ALTER TABLE maitred.bookings ENABLE TRIGGER USER;
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
