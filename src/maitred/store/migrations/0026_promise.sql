-- A promise is kept by people: a booking that was ever confirmed, here or by the system it was imported from, is ended
-- only by an act of a person or the guest. Own SQLSTATE, translated in store/database.py: MT011.

INSERT INTO maitred.lifecycle_steps (from_state, action, to_state) VALUES
    ('manual_review', 'mark_no_show', 'no_show'),
    ('checked_in', 'undo', 'manual_review'),
    ('no_show', 'undo', 'manual_review');

ALTER TABLE maitred.bookings ADD COLUMN first_confirmed_at timestamptz; -- kept for good

-- What has happened so far. Nothing else of these rows changes, so none of their checks needs to run.
ALTER TABLE maitred.bookings DISABLE TRIGGER USER;
UPDATE maitred.bookings b SET first_confirmed_at = known.at, review_deadline = NULL
FROM (
    SELECT booking_id, coalesce(
        min(at) FILTER (WHERE to_state = 'confirmed'),
        -- An import took what the other system had confirmed, or had declined.
        min(at) FILTER (WHERE version = 1 AND reason_code = 'imported' AND action = 'create')) AS at
    FROM maitred.booking_history GROUP BY booking_id
    HAVING NOT bool_or(action = 'reject' AND reason_code = 'imported')
) known
WHERE known.booking_id = b.id AND known.at IS NOT NULL;
ALTER TABLE maitred.bookings ENABLE TRIGGER USER;

-- Nothing happens to such a booking when nobody decides in time.
ALTER TABLE maitred.bookings ADD CONSTRAINT promises_have_no_deadline
    CHECK (review_deadline IS NULL OR first_confirmed_at IS NULL);
-- Who counts on a table and has none: few rows at any time, read with every look at the door.
CREATE INDEX bookings_without_table ON maitred.bookings (restaurant_id, service_date)
    WHERE first_confirmed_at IS NOT NULL
      AND state IN ('created', 'capacity_verified', 'assignment_pending', 'assignment_in_progress', 'manual_review');

-- A view keeps the columns it was made with.
DROP VIEW maitred.bookings_shown;
CREATE VIEW maitred.bookings_shown AS
    SELECT b.*, r.slug AS restaurant, g.name AS guest_name, g.email AS guest_email, g.phone AS guest_phone,
        g.locale AS guest_locale, s.tables, s.seated_from, s.seated_until
    FROM maitred.bookings b
    JOIN maitred.restaurants r ON r.id = b.restaurant_id
    JOIN maitred.guests g ON g.id = b.guest_id
    LEFT JOIN LATERAL (
        SELECT array_agg(a.table_id ORDER BY a.table_id) AS tables, min(lower(a.during)) AS seated_from,
            max(upper(a.during)) AS seated_until
        FROM maitred.allocations a WHERE a.booking_id = b.id) s ON true;

-- Whoever writes a confirmation, that it was one is remembered ...
CREATE FUNCTION maitred.remember_confirmation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.first_confirmed_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER bookings_remember_confirmation BEFORE INSERT OR UPDATE ON maitred.bookings
    FOR EACH ROW WHEN (NEW.state IN ('confirmed', 'arrived', 'checked_in') AND NEW.first_confirmed_at IS NULL)
    EXECUTE FUNCTION maitred.remember_confirmation();

-- ... and never forgotten.
CREATE FUNCTION maitred.keep_confirmation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'booking % was confirmed at %, and that stays', OLD.id, OLD.first_confirmed_at USING ERRCODE = 'MT011';
END $$;
CREATE TRIGGER bookings_stay_confirmed_once BEFORE UPDATE ON maitred.bookings
    FOR EACH ROW WHEN (OLD.first_confirmed_at IS NOT NULL AND NEW.first_confirmed_at IS DISTINCT FROM OLD.first_confirmed_at)
    EXECUTE FUNCTION maitred.keep_confirmation();

-- The step that ends such a booking without a visit is a person's or the guest's. An import repeats what people did in
-- the other system; it declines nothing that it was told is confirmed.
CREATE FUNCTION maitred.check_promise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM maitred.booking_history h
        WHERE h.booking_id = NEW.id AND h.version = NEW.version AND h.to_state = NEW.state
          AND (h.actor_kind IN ('staff', 'guest') OR NEW.state <> 'failed' AND h.reason_code = 'imported')
    ) THEN
        RAISE EXCEPTION 'booking % was confirmed: only people end it', NEW.id USING ERRCODE = 'MT011';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER promises_are_ended_by_people AFTER UPDATE ON maitred.bookings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.first_confirmed_at IS NOT NULL AND NEW.state IN ('failed', 'cancelled', 'no_show') AND OLD.state <> NEW.state)
    EXECUTE FUNCTION maitred.check_promise();
CREATE CONSTRAINT TRIGGER promises_come_ended_by_people AFTER INSERT ON maitred.bookings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.first_confirmed_at IS NOT NULL AND NEW.state IN ('failed', 'cancelled', 'no_show'))
    EXECUTE FUNCTION maitred.check_promise();
