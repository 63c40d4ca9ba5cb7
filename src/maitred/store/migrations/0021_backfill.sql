-- Bookings that another system took, and the erasure of a guest's personal data.

-- One row a file that was imported: how far it is, so that who looks knows. What was imported is told by the keys.
CREATE TABLE maitred.import_runs (
    id uuid PRIMARY KEY,
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    source text NOT NULL CHECK (length(source) BETWEEN 1 AND 40),
    file_sha256 bytea NOT NULL,
    rows integer NOT NULL CHECK (rows >= 0),               -- that could be read
    position integer NOT NULL DEFAULT 0 CHECK (position BETWEEN 0 AND rows),
    imported integer NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    UNIQUE (restaurant_id, source, file_sha256)
);

-- The previous system's id of a booking: the key that makes each come in once, whatever file it comes in.
CREATE TABLE maitred.imported_bookings (
    restaurant_id bigint NOT NULL REFERENCES maitred.restaurants,
    source text NOT NULL,
    external_id text NOT NULL,
    booking_id uuid NOT NULL UNIQUE REFERENCES maitred.bookings,
    run_id uuid NOT NULL REFERENCES maitred.import_runs,
    PRIMARY KEY (restaurant_id, source, external_id)
);

-- That somebody was erased, by whom and how much there was; never who it had been.
CREATE TABLE maitred.erasures (
    id uuid PRIMARY KEY,
    restaurant_id bigint REFERENCES maitred.restaurants,
    at timestamptz NOT NULL,
    by_whom text NOT NULL,
    guests integer NOT NULL,
    bookings integer NOT NULL,
    forced boolean NOT NULL
);
CREATE TRIGGER erasures_are_append_only BEFORE UPDATE OR DELETE ON maitred.erasures
    FOR EACH ROW EXECUTE FUNCTION maitred.refuse_change();

-- History stays what it is, but that an erasure may take the words out of it (never who did what, when, and from which
-- state to which). The setting is the transaction's own, so it holds behind a pooler and ends with it.
CREATE FUNCTION maitred.refuse_other_than_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('maitred.erasing', true) = 'on'
        AND (to_jsonb(OLD) - 'reason_data') = (to_jsonb(NEW) - 'reason_data') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'MT008';
END $$;
DROP TRIGGER booking_history_is_append_only ON maitred.booking_history;
CREATE TRIGGER booking_history_is_append_only BEFORE UPDATE OR DELETE ON maitred.booking_history
    FOR EACH ROW EXECUTE FUNCTION maitred.refuse_other_than_erasure();

-- A set of moves may be undone, once; an erasure may take its note away. Nothing else of it ever changes.
CREATE OR REPLACE FUNCTION maitred.refuse_other_than_undo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL
        AND (to_jsonb(OLD) - 'undone_at' - 'undone_by') = (to_jsonb(NEW) - 'undone_at' - 'undone_by') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND current_setting('maitred.erasing', true) = 'on' AND NEW.note IS NULL
        AND (to_jsonb(OLD) - 'note') = (to_jsonb(NEW) - 'note') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'move_sets is append-only, but for one undo' USING ERRCODE = 'MT008';
END $$;
DROP TRIGGER move_set_entries_are_append_only ON maitred.move_set_entries;
CREATE FUNCTION maitred.refuse_other_than_erasure_of_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('maitred.erasing', true) = 'on' AND NEW.changed = '{}'::jsonb
        AND (to_jsonb(OLD) - 'changed') = (to_jsonb(NEW) - 'changed') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'MT008';
END $$;
CREATE TRIGGER move_set_entries_are_append_only BEFORE UPDATE OR DELETE ON maitred.move_set_entries
    FOR EACH ROW EXECUTE FUNCTION maitred.refuse_other_than_erasure_of_moves();
