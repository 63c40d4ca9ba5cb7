-- What decisions had learned of a venue's past when they were made: attempts name a row by its digest.
-- A row for each content, so that looking again and finding nothing new writes nothing.

CREATE TABLE maitred.learned_outcomes (
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    since date NOT NULL,                                   -- first service day read
    until date NOT NULL,                                   -- the service day under way, not read itself
    outcomes jsonb NOT NULL CHECK (jsonb_typeof(outcomes) = 'array'),  -- [[table, ...], went well, in all], sorted
    read_at timestamptz NOT NULL,
    PRIMARY KEY (restaurant_id, digest)
);
CREATE TRIGGER learned_outcomes_are_append_only BEFORE UPDATE OR DELETE ON maitred.learned_outcomes
    FOR EACH ROW EXECUTE FUNCTION maitred.refuse_change();
CREATE TRIGGER learned_outcomes_are_not_truncated BEFORE TRUNCATE ON maitred.learned_outcomes
    FOR EACH STATEMENT EXECUTE FUNCTION maitred.refuse_change();
