-- Messages: what guests and staff are told, written in the transaction of the subscriber's inbox row and sent later by
-- whoever has a lease. Nothing here is on the way of a booking.

CREATE TABLE maitred.messages (
    id uuid PRIMARY KEY,                                   -- a function of cause, kind and channel: planned once
    seq bigint GENERATED ALWAYS AS IDENTITY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    audience text NOT NULL CHECK (audience IN ('guest', 'staff')),
    kind text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'gateway')),
    thread uuid NOT NULL,                                  -- messages of a thread leave in their order
    booking_id uuid REFERENCES maitred.bookings,
    entry_id uuid REFERENCES maitred.waitlist_entries,
    version integer NOT NULL DEFAULT 0,                    -- of the booking or entry it tells of
    recipient text,                                        -- address or number; NULL once erased
    recipient_name text,
    locale text NOT NULL,
    facts jsonb NOT NULL,                                  -- what was told, to know whether there is news
    content jsonb,                                         -- the letter as it is sent; NULL once erased
    message_id text NOT NULL,                              -- RFC 5322 Message-ID, the same in every try
    state text NOT NULL CHECK (state IN ('pending', 'sent', 'dropped', 'failed')),
    reason text,                                           -- why it was dropped or failed, a code
    due_at timestamptz NOT NULL,
    about_at timestamptz,                                  -- after this instant there is no use in it
    attempts integer NOT NULL DEFAULT 0,
    claimed_by text,
    claimed_until timestamptz,
    via text,                                              -- how it was sent: smtp, gateway or log
    answer text,                                           -- the last word of the other side
    tries jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    CHECK ((state = 'pending') = (settled_at IS NULL)),
    CHECK (state NOT IN ('dropped', 'failed') OR reason IS NOT NULL)
);
CREATE INDEX messages_due ON maitred.messages (due_at, seq) WHERE state = 'pending';
CREATE INDEX messages_by_thread ON maitred.messages (thread, seq);
CREATE INDEX messages_by_booking ON maitred.messages (booking_id, seq) WHERE booking_id IS NOT NULL;
CREATE INDEX messages_of_restaurant ON maitred.messages (restaurant_id, seq DESC);
CREATE INDEX messages_failed ON maitred.messages (restaurant_id, seq DESC) WHERE state = 'failed';
CREATE INDEX messages_by_age ON maitred.messages (settled_at) WHERE state <> 'pending';

-- How a restaurant speaks to its guests. No row: everything at its default.
CREATE TABLE maitred.message_settings (
    restaurant_id bigint PRIMARY KEY REFERENCES maitred.restaurants,
    sender_name text,
    sender_address text,
    reply_to text,
    locale text NOT NULL DEFAULT 'en',                     -- for guests who gave none, and for staff
    off text[] NOT NULL DEFAULT '{}',                      -- kinds that are not sent
    quiet_from time,                                       -- local; both NULL: no quiet hours
    quiet_until time,
    staff_emails text[] NOT NULL DEFAULT '{}',             -- empty: managers and owners of the restaurant
    gateway_url text,
    gateway_secret text,                                   -- needed in plain to sign; shown once
    gateway_for text NOT NULL DEFAULT 'without_email' CHECK (gateway_for IN ('without_email', 'all')),
    updated_at timestamptz NOT NULL,
    updated_by text NOT NULL,
    CHECK ((quiet_from IS NULL) = (quiet_until IS NULL)),
    CHECK ((gateway_url IS NULL) = (gateway_secret IS NULL))
);

-- Addresses that nothing is sent to: their hash only, which is enough to know them again.
-- A bounce holds for every restaurant (NULL), a complaint for the one that was complained about.
CREATE TABLE maitred.suppressions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address_sha256 bytea NOT NULL,
    restaurant_id bigint REFERENCES maitred.restaurants,
    why text NOT NULL CHECK (why IN ('bounce', 'complaint', 'by_hand')),
    detail text,
    at timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (address_sha256, restaurant_id)
);
