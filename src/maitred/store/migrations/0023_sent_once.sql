-- Forms that make something new: each is done once, however often it is sent. Swept after a day.
CREATE TABLE maitred.forms_sent (
    ticket uuid PRIMARY KEY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    sent_at timestamptz NOT NULL
);
CREATE INDEX forms_sent_by_time ON maitred.forms_sent (sent_at);
