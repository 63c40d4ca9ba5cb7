-- The night is not the plan: staff are told of tables and guests that are late, tables may be closed in mid-service.

INSERT INTO maitred.lifecycle_steps (from_state, action, to_state) VALUES
    ('confirmed', 'late_table', 'confirmed'),
    ('confirmed', 'late_guest', 'confirmed'),
    ('arrived', 'late_table', 'arrived'),
    ('checked_in', 'modify', 'checked_in');

-- What waits for a person at the door. A row goes when it is settled; the booking's history keeps that it was raised.
CREATE TABLE maitred.attention (
    booking_id uuid NOT NULL REFERENCES maitred.bookings,
    kind text NOT NULL CHECK (kind IN ('late_table', 'late_guest')),
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    since timestamptz NOT NULL,
    expected_at timestamptz,                               -- late_table: when its tables are expected to be free
    PRIMARY KEY (booking_id, kind)
);
CREATE INDEX attention_by_day ON maitred.attention (restaurant_id, service_date);

-- Who closed a table by hand; NULL: the venue's document says so, and an import replaces it.
ALTER TABLE maitred.table_blocks ADD COLUMN closed_by text;
