-- What a guest typed into a form that has to be put right, for the page that asks them to: so that every page a guest
-- sees is one that was fetched, and going back asks nobody to send a form again. Swept within the hour.
CREATE TABLE maitred.forms_typed (
    id uuid PRIMARY KEY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    fields jsonb NOT NULL,
    faults jsonb NOT NULL,                                 -- what is wrong with which field
    said text,                                             -- what is wrong beside the fields
    kept_until timestamptz NOT NULL
);
CREATE INDEX forms_typed_by_time ON maitred.forms_typed (kept_until);
