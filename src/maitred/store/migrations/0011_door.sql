-- The phone line and the door: what somebody is typing while a guest is on the phone, and who waits for a table.

-- One call at a time for each person in each restaurant, so that it survives a reload and is there in a second tab.
CREATE TABLE maitred.phone_drafts (
    person_id uuid NOT NULL REFERENCES maitred.people ON DELETE CASCADE,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    call_id uuid NOT NULL,                                 -- one call makes one booking, however often it is confirmed
    line text NOT NULL DEFAULT '' CHECK (length(line) <= 300),
    hold_id uuid,                                          -- the time that is kept; a hold lapses by itself
    held_for timestamptz,                                  -- the time that was asked for when it was kept
    booking_id uuid REFERENCES maitred.bookings,           -- the call is over: this is what came of it
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, restaurant_id)
);

-- Guests are recognised by equal phone or email, never by name.
CREATE INDEX guests_by_phone ON maitred.guests (restaurant_id, phone) WHERE phone IS NOT NULL;
CREATE INDEX guests_by_email ON maitred.guests (restaurant_id, lower(email)) WHERE email IS NOT NULL;

-- Walk-ins that wait. A row is never deleted: it says who was quoted what, by whom, and what became of it.
CREATE TABLE maitred.door_queue (
    id uuid PRIMARY KEY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    party_size integer NOT NULL CHECK (party_size BETWEEN 1 AND 1000),
    accessible boolean NOT NULL DEFAULT false,
    phone text CHECK (phone ~ '^\+[1-9][0-9]{1,14}$'),
    notes text,
    quoted_from integer,                                   -- minutes; none: no wait could be told
    quoted_to integer CHECK (quoted_to >= quoted_from),
    joined_at timestamptz NOT NULL,
    joined_by text NOT NULL,
    called_at timestamptz,
    called_by text,
    closed_at timestamptz,                                 -- seated or left
    closed_by text,
    booking_id uuid REFERENCES maitred.bookings,           -- seated: as this booking
    CHECK ((called_at IS NULL) = (called_by IS NULL)),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK (booking_id IS NULL OR closed_at IS NOT NULL)
);
CREATE INDEX door_queue_waiting ON maitred.door_queue (restaurant_id, joined_at) WHERE closed_at IS NULL;
