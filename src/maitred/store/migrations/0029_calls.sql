-- Each call is a draft of its own: what was left in one is offered, and never runs on into the next.
ALTER TABLE maitred.phone_drafts DROP CONSTRAINT phone_drafts_pkey;
ALTER TABLE maitred.phone_drafts ADD PRIMARY KEY (call_id);
-- What was chosen or corrected by hand, as it was typed, and which words of the line it stands for: {"day": ["2030-05-17", "fri"]}.
ALTER TABLE maitred.phone_drafts ADD COLUMN settled jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settled) = 'object');
CREATE INDEX phone_drafts_of_a_person ON maitred.phone_drafts (restaurant_id, person_id, updated_at);
DELETE FROM maitred.phone_drafts WHERE line = '' AND booking_id IS NULL;

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
