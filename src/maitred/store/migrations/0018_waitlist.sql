-- The waitlist: guests who consented to a time range of a full day. Not to be confused with door_queue, which is who
-- stands in the room tonight. Who the guest is stands on a guests row of the entry's own, as for a booking.

CREATE TABLE maitred.waitlist_entries (
    id uuid PRIMARY KEY,
    place bigint GENERATED ALWAYS AS IDENTITY,             -- order of joining
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    guest_id uuid NOT NULL REFERENCES maitred.guests,
    party_size integer NOT NULL CHECK (party_size BETWEEN 1 AND 1000),
    from_at timestamptz NOT NULL,                          -- the first and the last start that suit, both included
    until_at timestamptz NOT NULL CHECK (until_at >= from_at),
    source text NOT NULL CHECK (source IN ('web', 'app', 'partner', 'phone')),
    accessible boolean NOT NULL DEFAULT false,
    zone_preference text,
    zone_promised boolean NOT NULL DEFAULT false CHECK (NOT zone_promised OR zone_preference IS NOT NULL),
    notes text,
    wish_sha256 bytea NOT NULL,                            -- who wants what: the same asked twice is one entry
    state text NOT NULL CHECK (state IN ('waiting', 'offered', 'booked', 'lapsed', 'left', 'expired')),
    version integer NOT NULL CHECK (version >= 1),
    joined_at timestamptz NOT NULL,
    joined_by text NOT NULL,
    starts_at timestamptz,                                 -- the time that was offered or booked
    hold_id uuid,                                          -- the offer's; it lapses by itself, so no foreign key
    offer_expires_at timestamptz,
    booking_id uuid UNIQUE REFERENCES maitred.bookings,
    reason text,
    updated_at timestamptz NOT NULL,
    CHECK ((state = 'booked') = (booking_id IS NOT NULL)),
    CHECK ((state = 'offered') = (hold_id IS NOT NULL)),
    CHECK (state <> 'offered' OR num_nonnulls(starts_at, offer_expires_at) = 2)
);
CREATE UNIQUE INDEX waitlist_one_live_wish ON maitred.waitlist_entries (restaurant_id, wish_sha256)
    WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_live ON maitred.waitlist_entries (restaurant_id, service_date, place)
    WHERE state IN ('waiting', 'offered');
CREATE INDEX waitlist_by_day ON maitred.waitlist_entries (restaurant_id, service_date, place);
CREATE INDEX waitlist_by_guest ON maitred.waitlist_entries (guest_id);

CREATE TABLE maitred.waitlist_history (
    entry_id uuid NOT NULL REFERENCES maitred.waitlist_entries,
    version integer NOT NULL,
    from_state text,
    to_state text NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('guest', 'staff', 'system')),
    actor_id text NOT NULL,
    reason text,
    starts_at timestamptz,
    at timestamptz NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (entry_id, version),
    CHECK ((from_state IS NULL) = (version = 1))
);
CREATE TRIGGER waitlist_history_is_append_only BEFORE UPDATE OR DELETE ON maitred.waitlist_history
    FOR EACH ROW EXECUTE FUNCTION maitred.refuse_change();
