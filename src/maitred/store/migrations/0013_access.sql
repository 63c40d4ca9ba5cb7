-- A shared tablet: a session may act as somebody else in one restaurant, by PIN. And what was last printed of a day.

ALTER TABLE maitred.sessions
    ADD COLUMN acting_id uuid REFERENCES maitred.people ON DELETE CASCADE,
    ADD COLUMN acting_in bigint REFERENCES maitred.restaurants ON DELETE CASCADE,
    ADD CONSTRAINT sessions_act_somewhere CHECK ((acting_id IS NULL) = (acting_in IS NULL));

-- `lines` is what stood on the paper, by booking, so that what changed since can be told.
CREATE TABLE maitred.sheet_prints (
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    service_date date NOT NULL,
    printed_at timestamptz NOT NULL,
    printed_by text NOT NULL,
    lines jsonb NOT NULL,
    PRIMARY KEY (restaurant_id, service_date)
);
