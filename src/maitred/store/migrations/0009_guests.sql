-- What the house knows of a guest. Guests are never merged: a note lies on the row of the booking it was written at, and
-- the newest among rows with an equal phone or email is the one that is shown.

ALTER TABLE maitred.guests
    ADD COLUMN house_notes text CHECK (length(house_notes) <= 2000),
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 20),
    ADD COLUMN noted_at timestamptz,
    ADD COLUMN noted_by text,
    ADD CONSTRAINT a_guests_note_says_who_and_when CHECK (num_nonnulls(noted_at, noted_by) IN (0, 2));

-- From a guest to their booking.
CREATE INDEX bookings_by_guest ON maitred.bookings (guest_id);
