-- What `maitred doctor` asks a database. Everything here reads, except the attempts: they write rows of a restaurant
-- numbered -1 in a transaction that is always rolled back.

-- name: server_facts
SELECT current_setting('server_version_num')::int AS version_num, current_setting('server_version') AS version,
    current_user AS role, current_database() AS database, pg_is_in_recovery() AS replica,
    current_setting('default_transaction_read_only') AS read_only,
    current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
    current_setting('full_page_writes') AS full_page_writes,
    EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist') AS btree_gist,
    EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') AS pg_trgm,
    clock_timestamp() AS now;

-- name: connection_facts
-- The narrowest of three limits (-1 is none), less what only superusers get; and who is connected, other databases too.
SELECT least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true), '0')::int,
        (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
        (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())) AS most,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used;

-- name: migration_ledger
SELECT name, sha256 FROM maitred.schema_migrations;

-- name: lifecycle_steps
SELECT from_state, action, to_state FROM maitred.lifecycle_steps;

-- name: guards_present
-- Constraints and triggers of our schema. `active` is false for a disabled trigger (tgenabled D, or R, which
-- fires on replicas only).
SELECT c.conname AS name, r.relname AS on_table, c.contype::text AS kind, c.convalidated AS active
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE n.nspname = 'maitred' AND c.contype <> 't'
UNION ALL
SELECT t.tgname, r.relname, 'trigger', t.tgenabled IN ('O', 'A')
FROM pg_trigger t JOIN pg_class r ON r.oid = t.tgrelid JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE n.nspname = 'maitred' AND NOT t.tgisinternal;

-- name: backlog
-- What waits, how many and for how long (seconds; NULL when there is none).
WITH outbox AS (
    SELECT count(*) FILTER (WHERE published_at IS NULL) AS unpublished,
        min(created_at) FILTER (WHERE published_at IS NULL) AS unpublished_since,
        count(*) FILTER (WHERE published_at IS NOT NULL) AS unsettled,
        min(created_at) FILTER (WHERE published_at IS NOT NULL) AS unsettled_since
    FROM maitred.outbox WHERE done_at IS NULL
), pending AS (
    SELECT count(*) AS due, min(due_at) AS due_since FROM maitred.bookings
    WHERE state = 'assignment_pending' AND due_at <= clock_timestamp()
), between AS (
    SELECT count(*) AS orphans, min(updated_at) AS orphans_since FROM maitred.bookings
    WHERE state IN ('created', 'capacity_verified', 'assignment_in_progress', 'assigned')
), reviews AS (
    SELECT count(*) AS reviews, count(*) FILTER (WHERE review_deadline <= clock_timestamp()) AS overdue,
        min(review_deadline) FILTER (WHERE review_deadline <= clock_timestamp()) AS overdue_since
    FROM maitred.bookings WHERE state = 'manual_review'
), letters AS (
    SELECT count(*) AS letters, min(at) AS letters_since FROM maitred.dead_letters WHERE resolved_at IS NULL
)
SELECT unpublished, extract(epoch FROM clock_timestamp() - unpublished_since)::float8 AS unpublished_s,
    unsettled, extract(epoch FROM clock_timestamp() - unsettled_since)::float8 AS unsettled_s,
    due, extract(epoch FROM clock_timestamp() - due_since)::float8 AS due_s,
    orphans, extract(epoch FROM clock_timestamp() - orphans_since)::float8 AS orphans_s,
    reviews, overdue, extract(epoch FROM clock_timestamp() - overdue_since)::float8 AS overdue_s,
    letters, extract(epoch FROM clock_timestamp() - letters_since)::float8 AS letters_s
FROM outbox, pending, between, reviews, letters;

-- name: messages_failed
-- By reason. $1 within
SELECT reason, count(*) AS messages FROM maitred.messages
WHERE state = 'failed' AND settled_at > clock_timestamp() - $1::interval GROUP BY reason;

-- name: messages_overdue
-- $1 after
SELECT count(*) AS messages, extract(epoch FROM clock_timestamp() - min(due_at))::float8 AS oldest_s
FROM maitred.messages WHERE state = 'pending' AND due_at <= clock_timestamp() - $1::interval;

-- name: attempts_setting
-- A restaurant with one table of two seats, a day at fence 5, and a guest: what every attempt starts from.
INSERT INTO maitred.restaurants (id, slug, name, timezone, version) OVERRIDING SYSTEM VALUE
    VALUES (-1, '0-maitred-doctor', 'doctor', 'UTC', 1);
INSERT INTO maitred.zones (restaurant_id, id, name) VALUES (-1, 'z', 'z');
INSERT INTO maitred.tables (restaurant_id, id, zone_id, capacity, min_party, movable, accessible)
    VALUES (-1, 't', 'z', 2, 1, true, true);
INSERT INTO maitred.venue_versions (restaurant_id, version, document, created_by) VALUES (-1, 1, '{}', 'doctor');
INSERT INTO maitred.service_days (restaurant_id, service_date, fence) VALUES (-1, '2000-01-01', 5);
INSERT INTO maitred.guests (id, restaurant_id, name) VALUES ('d0c70000-0000-4000-8000-000000000001', -1, 'doctor');
INSERT INTO maitred.table_blocks (id, restaurant_id, table_id, during, reason) VALUES
    ('d0c70000-0000-4000-8000-000000000002', -1, 't', '[2000-01-01 19:00+00, 2000-01-01 21:00+00)', 'doctor'),
    ('d0c70000-0000-4000-8000-000000000003', -1, 't', '[2000-01-01 20:00+00, 2000-01-01 22:00+00)', 'doctor');
INSERT INTO maitred.bookings (id, restaurant_id, service_date, reference, guest_id, party_size, starts_at, turn_minutes,
        buffer_minutes, source, state, version) VALUES
    ('d0c70000-0000-4000-8000-000000000004', -1, '2000-01-01', 'DOCTOR-1', 'd0c70000-0000-4000-8000-000000000001',
        2, '2000-01-01 12:00+00', 60, 0, 'web', 'confirmed', 1);
INSERT INTO maitred.booking_history (booking_id, version, action, to_state, actor_kind, actor_id, at, event_id) VALUES
    ('d0c70000-0000-4000-8000-000000000004', 1, 'create', 'confirmed', 'system', 'doctor', now(),
        'd0c70000-0000-4000-8000-000000000005');
INSERT INTO maitred.allocations (restaurant_id, service_date, table_id, during, booking_id, fence) VALUES
    (-1, '2000-01-01', 't', '[2000-01-01 12:00+00, 2000-01-01 13:00+00)', 'd0c70000-0000-4000-8000-000000000004', 5);
-- The set has no entry that would keep it by its foreign key: the trigger alone does.
INSERT INTO maitred.move_sets (id, restaurant_id, service_date, cause, actor_kind, actor, at) VALUES
    ('d0c70000-0000-4000-8000-000000000007', -1, '2000-01-01', 'staff', 'system', 'doctor', now()),
    ('d0c70000-0000-4000-8000-000000000008', -1, '2000-01-01', 'staff', 'system', 'doctor', now());
INSERT INTO maitred.move_set_entries (move_set, booking_id, from_tables, to_tables, version) VALUES
    ('d0c70000-0000-4000-8000-000000000008', 'd0c70000-0000-4000-8000-000000000004', '{t}', '{t}', 1);
INSERT INTO maitred.learned_outcomes (restaurant_id, digest, since, until, outcomes, read_at)
    VALUES (-1, repeat('0', 64), '2000-01-01', '2000-01-02', '[]', now());

-- name: attempt_two_parties_at_one_table
INSERT INTO maitred.allocations (restaurant_id, service_date, table_id, during, block_id, fence) VALUES
    (-1, '2000-01-01', 't', '[2000-01-01 19:00+00, 2000-01-01 21:00+00)', 'd0c70000-0000-4000-8000-000000000002', 5),
    (-1, '2000-01-01', 't', '[2000-01-01 20:00+00, 2000-01-01 22:00+00)', 'd0c70000-0000-4000-8000-000000000003', 5);

-- name: attempt_seat_with_stale_fence
INSERT INTO maitred.allocations (restaurant_id, service_date, table_id, during, block_id, fence) VALUES
    (-1, '2000-01-01', 't', '[2000-01-01 19:00+00, 2000-01-01 21:00+00)', 'd0c70000-0000-4000-8000-000000000002', 4);

-- name: attempt_move_with_stale_fence
UPDATE maitred.allocations SET during = '[2000-01-01 12:00+00, 2000-01-01 14:00+00)', fence = 4 WHERE restaurant_id = -1;

-- name: attempt_falling_fence
UPDATE maitred.service_days SET fence = 4 WHERE restaurant_id = -1;

-- name: attempt_forgotten_fence
DELETE FROM maitred.allocations WHERE restaurant_id = -1;
DELETE FROM maitred.service_days WHERE restaurant_id = -1;

-- name: attempt_confirmed_without_seat
SET CONSTRAINTS maitred.seats_stay_with_bookings DEFERRED;
DELETE FROM maitred.allocations WHERE restaurant_id = -1;
SET CONSTRAINTS maitred.confirmed_bookings_have_seats IMMEDIATE;

-- name: attempt_seat_taken_from_booking
DELETE FROM maitred.allocations WHERE restaurant_id = -1;
SET CONSTRAINTS maitred.seats_stay_with_bookings IMMEDIATE;

-- name: attempt_booking_without_event
SET CONSTRAINTS maitred.bookings_are_one_write IMMEDIATE;

-- name: attempt_step_without_history
UPDATE maitred.bookings SET state = 'arrived', version = 2 WHERE restaurant_id = -1;
SET CONSTRAINTS maitred.booking_changes_are_one_write IMMEDIATE;

-- name: attempt_step_without_version
UPDATE maitred.bookings SET state = 'arrived' WHERE restaurant_id = -1;

-- name: attempt_history_ahead_of_booking
INSERT INTO maitred.booking_history (booking_id, version, from_state, action, to_state, actor_kind, actor_id, at, event_id)
    VALUES ('d0c70000-0000-4000-8000-000000000004', 2, 'confirmed', 'arrive', 'arrived', 'system', 'doctor', now(),
        'd0c70000-0000-4000-8000-000000000006');
SET CONSTRAINTS maitred.history_is_applied IMMEDIATE;

-- name: attempt_confirmed_booking_declined_by_system
INSERT INTO maitred.booking_history (booking_id, version, from_state, action, to_state, actor_kind, actor_id, at, event_id)
    VALUES ('d0c70000-0000-4000-8000-000000000004', 2, 'manual_review', 'decline', 'failed', 'system', 'doctor', now(),
        'd0c70000-0000-4000-8000-000000000006');
UPDATE maitred.bookings SET state = 'failed', version = 2 WHERE restaurant_id = -1;
SET CONSTRAINTS maitred.promises_are_ended_by_people IMMEDIATE;

-- name: attempt_forgotten_confirmation
UPDATE maitred.bookings SET first_confirmed_at = NULL WHERE restaurant_id = -1;

-- name: attempt_deadline_for_confirmed_booking
UPDATE maitred.bookings SET review_deadline = now() WHERE restaurant_id = -1;

-- name: attempt_step_outside_lifecycle
INSERT INTO maitred.booking_history (booking_id, version, from_state, action, to_state, actor_kind, actor_id, at, event_id)
    VALUES ('d0c70000-0000-4000-8000-000000000004', 2, 'confirmed', 'complete', 'failed', 'system', 'doctor', now(),
        'd0c70000-0000-4000-8000-000000000006');

-- name: attempt_changed_history
UPDATE maitred.booking_history SET actor_id = 'nobody' WHERE booking_id = 'd0c70000-0000-4000-8000-000000000004';

-- name: attempt_deleted_history
DELETE FROM maitred.booking_history WHERE booking_id = 'd0c70000-0000-4000-8000-000000000004';

-- name: attempt_changed_outcomes
UPDATE maitred.learned_outcomes SET outcomes = '[1]' WHERE restaurant_id = -1;

-- name: attempt_deleted_outcomes
DELETE FROM maitred.learned_outcomes WHERE restaurant_id = -1;

-- name: attempt_changed_move_set
UPDATE maitred.move_sets SET actor = 'nobody' WHERE id = 'd0c70000-0000-4000-8000-000000000007';

-- name: attempt_deleted_move_set
DELETE FROM maitred.move_sets WHERE id = 'd0c70000-0000-4000-8000-000000000007';

-- name: attempt_changed_move
UPDATE maitred.move_set_entries SET version = 2 WHERE move_set = 'd0c70000-0000-4000-8000-000000000008';

-- name: attempt_deleted_move
DELETE FROM maitred.move_set_entries WHERE move_set = 'd0c70000-0000-4000-8000-000000000008';

-- name: attempt_changed_venue_version
UPDATE maitred.venue_versions SET created_by = 'nobody' WHERE restaurant_id = -1;

-- name: attempt_key_used_twice
INSERT INTO maitred.idempotency_keys (credential_id, restaurant_id, key, request_sha256, subject_id, answer) VALUES
    ('d0c70000-0000-4000-8000-000000000001', -1, 'k', '\x00', 'd0c70000-0000-4000-8000-000000000004', '{}'),
    ('d0c70000-0000-4000-8000-000000000001', -1, 'k', '\x01', 'd0c70000-0000-4000-8000-000000000004', '{}');
