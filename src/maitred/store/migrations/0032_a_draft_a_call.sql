-- Each call is a draft of its own, so that two that are typed at once have nothing of each other.
ALTER TABLE maitred.phone_drafts DROP CONSTRAINT phone_drafts_pkey;
ALTER TABLE maitred.phone_drafts ADD PRIMARY KEY (call_id);
INSERT INTO maitred.phone_drafts (person_id, restaurant_id, call_id, line, updated_at)
    SELECT person_id, restaurant_id, gen_random_uuid(), left_line, updated_at FROM maitred.phone_drafts WHERE left_line <> '';
ALTER TABLE maitred.phone_drafts DROP COLUMN left_line;
DELETE FROM maitred.phone_drafts WHERE line = '' AND booking_id IS NULL;

-- What was chosen or corrected by hand, as its field has it, and which words of the line it stands for:
-- {"day": ["2030-05-17", "fri"]}. What was settled in the minute of the upgrade is asked once more.
UPDATE maitred.phone_drafts SET settled = '{}';
ALTER TABLE maitred.phone_drafts ALTER COLUMN settled SET DEFAULT '{}';
ALTER TABLE maitred.phone_drafts ADD CONSTRAINT phone_drafts_settled CHECK (jsonb_typeof(settled) = 'object');
CREATE INDEX phone_drafts_of_a_person ON maitred.phone_drafts (restaurant_id, person_id, updated_at);
