-- Moves keep what they changed beside the tables, and stay on record; so do tables that were closed by hand.

-- Columns of the booking that the move changed, {name: [before, after]}: a promised zone or a rule that was set aside.
ALTER TABLE maitred.move_set_entries ADD COLUMN changed jsonb NOT NULL DEFAULT '{}';

CREATE TRIGGER move_set_entries_are_append_only BEFORE UPDATE OR DELETE ON maitred.move_set_entries
    FOR EACH ROW EXECUTE FUNCTION maitred.refuse_change();
CREATE TRIGGER move_set_entries_are_not_truncated BEFORE TRUNCATE ON maitred.move_set_entries
    FOR EACH STATEMENT EXECUTE FUNCTION maitred.refuse_change();

-- A set may be undone, once, and nothing else of it ever changes.
CREATE FUNCTION maitred.refuse_other_than_undo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL
        AND (to_jsonb(OLD) - 'undone_at' - 'undone_by') = (to_jsonb(NEW) - 'undone_at' - 'undone_by') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'move_sets is append-only, but for one undo' USING ERRCODE = 'MT008';
END $$;
CREATE TRIGGER move_sets_are_append_only BEFORE UPDATE OR DELETE ON maitred.move_sets
    FOR EACH ROW EXECUTE FUNCTION maitred.refuse_other_than_undo();
CREATE TRIGGER move_sets_are_not_truncated BEFORE TRUNCATE ON maitred.move_sets
    FOR EACH STATEMENT EXECUTE FUNCTION maitred.refuse_change();

-- Who closed which table by hand, when and why, and who opened it again; the block itself goes when it is lifted.
CREATE TABLE maitred.table_block_history (
    block_id uuid PRIMARY KEY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    table_id text NOT NULL,
    during tstzrange NOT NULL,
    reason text NOT NULL,
    closed_by text NOT NULL,
    closed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    opened_by text,
    opened_at timestamptz,
    CHECK ((opened_by IS NULL) = (opened_at IS NULL))
);
CREATE INDEX table_block_history_by_table ON maitred.table_block_history (restaurant_id, table_id, closed_at);
INSERT INTO maitred.table_block_history (block_id, restaurant_id, table_id, during, reason, closed_by)
SELECT id, restaurant_id, table_id, during, reason, closed_by FROM maitred.table_blocks WHERE closed_by IS NOT NULL;
