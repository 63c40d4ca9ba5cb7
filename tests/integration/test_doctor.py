"""The doctor on real engines: a healthy deployment, and one for each thing that can be wrong with it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import asyncpg
import pytest
import redis

from engines import Databases, ValkeyCluster, temporary_public_directory
from mail_server import MailServer, serving
from maitred.bootstrap import open_house, transports_of
from maitred.bus.health import Reader, readers
from maitred.bus.redis_streams import RedisStreams
from maitred.doctor import Finding, Level, examine
from maitred.embedded import EmbeddedPostgres, EmbeddedValkey
from maitred.embedded.processes import free_port
from maitred.locks.redis_client import connect
from maitred.settings import Settings, load_settings
from maitred.store import health
from maitred.store.database import Database
from maitred.workers.crew import Shift, work
from maitred.workers.subscriptions import SUBSCRIPTIONS
from pooler import TransactionPooler
from waiting import patience

STREAM: Final = "maitred:{events-0}"
BOOKING: Final = """
WITH place AS (
    INSERT INTO maitred.restaurants (slug, name, timezone, version) VALUES ('inn', 'Inn', 'UTC', 1) RETURNING id
), guest AS (
    INSERT INTO maitred.guests (id, restaurant_id, name) SELECT gen_random_uuid(), id, 'Ada' FROM place RETURNING id
), booking AS (
    INSERT INTO maitred.bookings (id, restaurant_id, service_date, reference, guest_id, party_size, starts_at,
        turn_minutes, buffer_minutes, source, state, version, due_at, review_deadline)
    SELECT gen_random_uuid(), place.id, current_date, 'R', guest.id, 2, now(), 60, 0, 'web', $1, 1,
        now() - interval '10 minutes', now() - interval '10 minutes' FROM place, guest RETURNING id, restaurant_id
), entry AS (
    INSERT INTO maitred.booking_history (booking_id, version, action, to_state, actor_kind, actor_id, at, event_id)
    SELECT id, 1, 'create', $1, 'system', 'test', now(), gen_random_uuid() FROM booking RETURNING event_id
)
INSERT INTO maitred.outbox (event_id, restaurant_id, type, event, created_at, published_at, done_at)
SELECT event_id, restaurant_id, 'booking.created', '{}', now() - interval '20 minutes', now(), now() FROM booking, entry
"""
MESSAGE: Final = """
INSERT INTO maitred.messages (id, restaurant_id, audience, kind, channel, thread, recipient, locale, facts, content,
    message_id, state, reason, due_at, created_at, settled_at)
SELECT gen_random_uuid(), id, 'guest', 'confirmed', 'email', gen_random_uuid(), 'ada@example.com', 'en', '{{}}', '{{}}',
    '<1@example.org>', {}, {}, now() - interval {}, now() - interval '5 days', now() - {}::interval
FROM maitred.restaurants
"""


@pytest.fixture(scope="module")
def postgres_engine() -> Iterator[EmbeddedPostgres]:
    """A Postgres as users have it: the one that tests share is set up for haste, which the doctor calls a fault."""
    with temporary_public_directory() as directory, EmbeddedPostgres(directory) as engine:
        yield engine


@pytest.fixture(scope="module")
def databases(postgres_engine: EmbeddedPostgres) -> Databases:
    """Makes databases on it."""
    return Databases(postgres_engine)


def settings_of(database_url: str, redis_url: str, **more: Any) -> Settings:
    """Settings for a deployment that `maitred up` does not run."""
    return load_settings(database_url=database_url, redis_url=redis_url, **more)


async def findings_of(settings: Settings) -> dict[str, Finding]:
    """Examine, and return the findings by part and name."""
    return {f"{one.part}: {one.name}": one for one in await examine(settings)}


async def execute(url: str, *statements: str) -> None:
    """Run statements as the application's role, which owns the schema."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def not_ok(findings: dict[str, Finding]) -> dict[str, str]:
    """Return what is not well, with its level."""
    # A round trip is slow, and rightly said to be, where others want the machine too.
    slow = {name for name, one in findings.items() if name.endswith(": round trip") and one.level is Level.WARN}
    return {name: one.level for name, one in findings.items() if one.level is not Level.OK and name not in slow}


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    """Run a worker until the end of the block, from when it has asked for work."""
    stop = asyncio.Event()
    async with open_house(settings) as house, asyncio.TaskGroup() as group:
        shift = Shift("tests", listen_url=settings.listen_url)
        group.create_task(work(house.desk, house.bus, house.breakers, transports_of(settings), shift, stop))
        try:
            async with patience("the worker to ask for work"):
                for subscriber in SUBSCRIPTIONS:
                    await reader_of(house.bus, subscriber)
            yield
        finally:
            stop.set()


async def reader_of(bus: Any, subscriber: str) -> Reader:
    """Wait for the first consumer of a subscriber."""
    while True:
        if found := await readers(bus, subscriber):
            return found[0]
        await asyncio.sleep(0.02)


@pytest.fixture
def settings(migrated_database: str, redis_url: str) -> Settings:
    """A deployment in order, but for workers."""
    return settings_of(migrated_database, redis_url)


# -- a healthy one -------------------------------------------------------------------------------------


async def test_healthy_deployment_has_nothing_to_mend(settings: Settings) -> None:
    """With engines as they come, the schema migrated and a worker at work, every check is fine."""
    async with working(settings):
        findings = await findings_of(settings)
    assert not_ok(findings) == {}
    assert {name.partition(":")[0] for name in findings} >= {"Postgres", "Schema", "Redis", "Pipeline"}
    assert findings["Pipeline: workers"].figures == {"alive": ["tests"]}


async def test_examination_leaves_nothing_behind(settings: Settings, migrated_database: str, redis_url: str) -> None:
    """No row and no key is there that was not there before, though rows and keys were written."""
    await examine(settings)
    connection = await asyncpg.connect(migrated_database)
    tables = await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'maitred'"
        " AND tablename NOT IN ('schema_migrations', 'lifecycle_steps', 'flags')"
    )
    counts = {name: await connection.fetchval(f"SELECT count(*) FROM maitred.{name}") for (name,) in tables}
    await connection.close()
    assert len(counts) > 10
    assert set(counts.values()) == {0}
    with redis.Redis.from_url(redis_url) as client:
        assert client.keys("*") == []


async def test_two_doctors_do_not_disturb_each_other(settings: Settings) -> None:
    """Examinations at the same time come to the same findings."""
    both = await asyncio.gather(findings_of(settings), findings_of(settings))
    assert not_ok(both[0]) == not_ok(both[1])
    assert both[0]["Schema: guards"].level is Level.OK


# -- the schema and its guards -------------------------------------------------------------------------


async def test_unmigrated_database_is_told_to_migrate(fresh_database: str, redis_url: str) -> None:
    """What is not migrated is one finding; the server and Redis are examined all the same."""
    findings = await findings_of(settings_of(fresh_database, redis_url))
    found = findings["Schema: migrations"]
    assert found.failed
    assert "0001_pipeline" in found.detail
    assert "maitred migrate" in str(found.mend)
    assert findings["Postgres: btree_gist"].failed
    assert findings["Postgres: pg_trgm"].failed
    assert findings["Postgres: version"].level is findings["Redis: version"].level is Level.OK
    assert "Schema: guards" not in findings


async def test_changed_and_newer_migrations_are_told(settings: Settings, migrated_database: str) -> None:
    """A migration with another content is a failure, one that this version does not know a warning."""
    ledger = "INSERT INTO maitred.schema_migrations (name, sha256) VALUES ('9999_later', 'x')"
    await execute(migrated_database, ledger)
    ahead = (await findings_of(settings))["Schema: migrations"]
    assert (ahead.level, ahead.figures) == (Level.WARN, {"ahead": ("9999_later",)})
    await execute(migrated_database, "UPDATE maitred.schema_migrations SET sha256 = 'x' WHERE name = '0001_pipeline'")
    changed = (await findings_of(settings))["Schema: migrations"]
    assert (changed.level, changed.figures) == (Level.FAIL, {"changed": ("0001_pipeline",)})


async def test_dropped_exclusion_constraint_is_named(settings: Settings, migrated_database: str) -> None:
    """Without the constraint that keeps parties apart the deployment has failed."""
    await execute(migrated_database, "ALTER TABLE maitred.allocations DROP CONSTRAINT one_party_per_table")
    found = (await findings_of(settings))["Schema: guard one_party_per_table"]
    assert found.failed
    assert found.figures["how"] == "missing"
    assert "store/migrations" in str(found.mend)


async def test_disabled_trigger_is_named_with_the_statement_that_enables_it(
    settings: Settings, migrated_database: str
) -> None:
    """The mend of a disabled trigger mends it."""
    await execute(migrated_database, "ALTER TABLE maitred.bookings DISABLE TRIGGER confirmed_bookings_have_seats")
    found = (await findings_of(settings))["Schema: guard confirmed_bookings_have_seats"]
    assert (found.level, found.figures["how"]) == (Level.FAIL, "disabled")
    await execute(migrated_database, str(found.mend).split("`")[1])
    assert (await findings_of(settings))["Schema: guards"].level is Level.OK


async def test_trigger_that_does_nothing_is_powerless(settings: Settings, migrated_database: str) -> None:
    """A guard whose function was replaced is there and enabled, and still found out."""
    function = "CREATE OR REPLACE FUNCTION maitred.check_fence() RETURNS trigger LANGUAGE plpgsql"
    await execute(migrated_database, f"{function} AS 'BEGIN RETURN NULL; END'")
    findings = await findings_of(settings)
    broken = {one.figures["guard"]: one.figures["how"] for one in findings.values() if "guard" in one.figures}
    assert broken == {"allocations_carry_the_fence": "powerless", "allocation_changes_carry_the_fence": "powerless"}


@pytest.mark.parametrize("guard", [guard for guard in health.GUARDS if guard.attempts], ids=lambda guard: guard.name)
async def test_each_guard_is_attacked_by_its_own_attempts(migrated_database: str, guard: health.Guard) -> None:
    """With a guard out of the way its attempts get through, and no other guard's do."""
    await execute(
        migrated_database,
        f"""DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_trigger WHERE tgname = '{guard.name}') THEN
                ALTER TABLE maitred.{guard.on_table} DISABLE TRIGGER {guard.name};
            ELSE
                ALTER TABLE maitred.{guard.on_table} DROP CONSTRAINT {guard.name};
            END IF; END $$""",
    )
    database = await Database.connect(migrated_database)
    try:
        assert (await health.attack(database)).powerless == {guard.name}
    finally:
        await database.close()


async def test_guards_are_all_that_the_schema_has(migrated_database: str) -> None:
    """Whoever adds a trigger or an exclusion constraint is asked to let the doctor know it."""
    connection = await asyncpg.connect(migrated_database)
    rows = await connection.fetch(health.SQL["guards_present"])
    await connection.close()
    known = {(guard.on_table, guard.name) for guard in health.GUARDS}
    assert {(row["on_table"], row["name"]) for row in rows if row["kind"] in ("x", "trigger")} <= known
    assert known <= {(row["on_table"], row["name"]) for row in rows}


async def test_lifecycle_that_differs_is_told(settings: Settings, migrated_database: str) -> None:
    """A step that the database lacks would be refused to everybody; one that it has too many is looked at."""
    await execute(migrated_database, "DELETE FROM maitred.lifecycle_steps WHERE action = 'abort'")
    found = (await findings_of(settings))["Schema: lifecycle"]
    assert found.failed
    assert "assignment_in_progress abort assignment_pending" in found.detail
    steps = "('assignment_in_progress', 'abort', 'assignment_pending'), ('failed', 'undo', 'created')"
    await execute(migrated_database, f"INSERT INTO maitred.lifecycle_steps VALUES {steps}")
    assert (await findings_of(settings))["Schema: lifecycle"].level is Level.WARN


async def test_role_that_may_not_write_is_told(settings: Settings, migrated_database: str) -> None:
    """A read-only role reads well and fails where it would have to write."""
    await execute(migrated_database, "ALTER ROLE maitred SET default_transaction_read_only = on")
    try:
        findings = await findings_of(settings)
    finally:
        await execute(
            migrated_database, "SET transaction_read_only = off; ALTER ROLE maitred RESET default_transaction_read_only"
        )
    assert findings["Postgres: takes writes"].failed
    assert findings["Schema: writes"].failed
    assert "read-only" in str(findings["Schema: writes"].mend)


async def test_durability_switched_off_for_the_role_is_told(settings: Settings, migrated_database: str) -> None:
    """A role whose commits do not wait for the disk loses confirmed bookings in a crash."""
    await execute(migrated_database, "ALTER ROLE maitred SET synchronous_commit = off")
    try:
        findings = await findings_of(settings)
    finally:
        await execute(migrated_database, "ALTER ROLE maitred RESET synchronous_commit")
    assert findings["Postgres: synchronous_commit"].failed


# -- what the documentation promises -------------------------------------------------------------------


def documented(after: str) -> str:
    """Return the code block of docs/operations.md that follows a remark."""
    text = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    return text.partition(after)[2].split("```")[1].partition("\n")[2]


async def test_documented_rights_are_enough_for_a_role_of_its_own(
    migrated_database: str, redis_url: str, postgres_engine: EmbeddedPostgres
) -> None:
    """A role with the rights of docs/operations.md runs a worker and passes every check."""
    await execute(postgres_engine.admin_url, "CREATE ROLE maitred_app LOGIN PASSWORD 'app'")
    try:
        await execute(migrated_database, documented("runs this block"))
        url = urlsplit(migrated_database)
        as_app = url._replace(netloc=f"maitred_app:app@{url.netloc.rpartition('@')[2]}").geturl()
        settings = settings_of(as_app, redis_url)
        async with working(settings):
            assert not_ok(await findings_of(settings)) == {}
    finally:
        await execute(migrated_database, "DROP SCHEMA maitred CASCADE")
        await execute(postgres_engine.admin_url, "DROP ROLE maitred_app")


async def test_documented_rules_are_enough_for_a_redis_user(
    migrated_database: str, redis_url: str, valkey_engine: EmbeddedValkey
) -> None:
    """A user with the rules of docs/operations.md runs a worker and passes every check."""
    with redis.Redis.from_url(redis_url) as client:
        rules = documented("uses these rules").split()
        client.execute_command("ACL SETUSER", "modest", "reset", "on", ">modest-secret", *rules)  # type: ignore[no-untyped-call]
        try:
            settings = settings_of(migrated_database, f"redis://modest:modest-secret@127.0.0.1:{valkey_engine.port}/0")
            async with working(settings):
                assert not_ok(await findings_of(settings)) == {}
        finally:
            client.acl_deluser("modest")


# -- a pooler in between -------------------------------------------------------------------------------


@asynccontextmanager
async def pooled(database_url: str, *, strict: bool = True) -> AsyncIterator[str]:
    """Put a transaction pooler before a database; gives the address that leads through it."""
    url = urlsplit(database_url)
    assert url.port is not None
    pooler = TransactionPooler(url.port, strict=strict)
    await pooler.start()
    try:
        yield url._replace(netloc=f"{url.netloc.rpartition('@')[0]}@127.0.0.1:{pooler.port}").geturl()
    finally:
        await pooler.close()


@pytest.fixture
async def pooled_url(migrated_database: str) -> AsyncIterator[str]:
    """The address of the test's database through a transaction pooler."""
    async with pooled(migrated_database) as url:
        yield url


async def test_pooler_as_set_with_a_direct_address_is_fine(
    pooled_url: str, migrated_database: str, redis_url: str
) -> None:
    """Through a transaction pooler every check passes, guards included, and a worker works."""
    settings = settings_of(pooled_url, redis_url, database_pooled=True, database_direct_url=migrated_database)
    async with working(settings):
        findings = await findings_of(settings)
    assert not_ok(findings) == {}
    assert findings["Postgres: pooler"].figures["pooler"] is True


async def test_pooler_without_a_direct_address_does_not_hear(pooled_url: str, redis_url: str) -> None:
    """LISTEN through the pooler hears nothing: a warning that names the setting."""
    found = (await findings_of(settings_of(pooled_url, redis_url, database_pooled=True)))["Postgres: listen"]
    assert found.level is Level.WARN
    assert "MAITRED_DATABASE_DIRECT_URL" in str(found.mend)


async def test_pooler_that_is_not_set_is_told(pooled_url: str, redis_url: str) -> None:
    """A pooler refuses our session settings, and the mend says which setting is missing."""
    found = (await findings_of(settings_of(pooled_url, redis_url)))["Postgres: reachable"]
    assert found.failed
    assert "MAITRED_DATABASE_POOLED=true" in str(found.mend)


async def test_lenient_pooler_that_is_not_set_is_told(migrated_database: str, redis_url: str) -> None:
    """One that lets everything pass is known by the servers it lends by turns."""
    async with pooled(migrated_database, strict=False) as url:
        found = (await findings_of(settings_of(url, redis_url)))["Postgres: pooler"]
        assert await health.pooling(url) == health.Pooling(pooler=True, shared=True)
    assert found.failed
    assert "MAITRED_DATABASE_POOLED=true" in str(found.mend)
    assert await health.pooling(migrated_database) == health.Pooling(pooler=False, shared=False)


async def test_pooler_that_is_set_but_not_there_is_told(migrated_database: str, redis_url: str) -> None:
    """The setting costs round trips for nothing."""
    found = (await findings_of(settings_of(migrated_database, redis_url, database_pooled=True)))["Postgres: pooler"]
    assert found.level is Level.WARN
    assert "Unset MAITRED_DATABASE_POOLED" in str(found.mend)


# -- engines that are away -----------------------------------------------------------------------------


async def test_postgres_down_is_a_finding_and_redis_is_examined(redis_url: str) -> None:
    """Nobody listens: one finding, and no word less about Redis."""
    url = f"postgresql://maitred:secret-word@127.0.0.1:{free_port()}/maitred"
    findings = await findings_of(settings_of(url, redis_url))
    assert [name for name in findings if name.startswith("Postgres")] == ["Postgres: reachable"]
    assert findings["Postgres: reachable"].failed
    assert "MAITRED_DATABASE_URL" in str(findings["Postgres: reachable"].mend)
    assert findings["Redis: locks"].level is Level.OK
    assert "secret-word" not in json.dumps([one.document() for one in findings.values()])


@pytest.mark.parametrize(
    ("change", "word"),
    [(("maitred:", "maitred:not-"), "password"), (("/test_", "/no_such_"), "Create the database")],
    ids=["password", "database"],
)
async def test_refused_login_says_what_is_wrong_with_it(
    migrated_database: str, redis_url: str, change: tuple[str, str], word: str
) -> None:
    """The mend tells a wrong password from a database that does not exist."""
    findings = await findings_of(settings_of(migrated_database.replace(*change, 1), redis_url))
    assert word in str(findings["Postgres: reachable"].mend)


async def test_redis_down_is_a_finding_and_postgres_is_examined(migrated_database: str) -> None:
    """Nobody listens: one finding, and no word less about Postgres."""
    findings = await findings_of(settings_of(migrated_database, f"redis://127.0.0.1:{free_port()}/0"))
    assert [name for name in findings if name.startswith("Redis")] == ["Redis: reachable"]
    assert findings["Redis: reachable"].failed
    assert "MAITRED_REDIS_URL" in str(findings["Redis: reachable"].mend)
    assert findings["Schema: guards"].level is Level.OK


async def test_wrong_redis_password_is_told(migrated_database: str, valkey_engine: EmbeddedValkey) -> None:
    """The mend speaks of the password, and shows none."""
    url = valkey_engine.url.replace("redis://:", "redis://:not-", 1)
    findings = await findings_of(settings_of(migrated_database, url))
    assert "password" in str(findings["Redis: reachable"].mend)
    assert valkey_engine.password not in json.dumps([one.document() for one in findings.values()])


# -- Redis as it should not be -------------------------------------------------------------------------


@contextmanager
def configured(url: str, **values: str) -> Iterator[None]:
    """Change the configuration of the shared Valkey until the end of the block."""
    with redis.Redis.from_url(url, decode_responses=True) as client:
        names = {name.replace("_", "-"): value for name, value in values.items()}
        before: dict[str, str] = {}
        for name in names:
            before |= client.config_get(name)
        try:
            for name, value in names.items():
                client.config_set(name, value)
            yield
        finally:
            for name, value in before.items():
                client.config_set(name, value)


async def test_redis_that_evicts_and_forgets_is_told(settings: Settings, redis_url: str) -> None:
    """Eviction fails, a missing append-only file warns; each says which setting mends it."""
    with configured(redis_url, maxmemory_policy="allkeys-lru", appendonly="no"):
        findings = await findings_of(settings)
    assert findings["Redis: eviction"].failed
    assert "noeviction" in str(findings["Redis: eviction"].mend)
    assert findings["Redis: persistence"].level is Level.WARN
    assert "appendonly yes" in str(findings["Redis: persistence"].mend)


async def test_redis_close_to_its_memory_limit_is_told(settings: Settings, redis_url: str) -> None:
    """Above three quarters of the limit it warns, above nine tenths it fails."""
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        used = int(client.info("memory")["used_memory"])
    with configured(redis_url, maxmemory=str(int(used * 1.05))):
        assert (await findings_of(settings))["Redis: memory"].level is not Level.OK
    assert (await findings_of(settings))["Redis: memory"].level is Level.OK


@pytest.mark.parametrize("forbidden", [["-config"], ["-config", "-info"]], ids=["config", "config and info"])
async def test_settings_that_may_not_be_asked_are_unknown(
    migrated_database: str, redis_url: str, valkey_engine: EmbeddedValkey, forbidden: list[str]
) -> None:
    """Without CONFIG, INFO tells; without both the doctor says that it does not know and whom to ask."""
    with redis.Redis.from_url(redis_url) as client:
        client.acl_setuser(
            "hosted", enabled=True, reset=True, passwords=["+hosted-secret"], categories=["+@all"], commands=forbidden,
            keys=["*"], channels=["*"],
        )  # fmt: skip
        try:
            url = f"redis://hosted:hosted-secret@127.0.0.1:{valkey_engine.port}/0"
            findings = await findings_of(settings_of(migrated_database, url))
        finally:
            client.acl_deluser("hosted")
    told = [findings[f"Redis: {name}"] for name in ("version", "eviction", "persistence", "memory")]
    expected = Level.OK if forbidden == ["-config"] else Level.WARN
    assert [one.level for one in told] == [expected] * 4
    assert all("Ask the provider" in str(one.mend) for one in told if one.mend)
    assert findings["Redis: streams"].level is Level.OK


async def test_command_that_is_forbidden_is_told(
    migrated_database: str, redis_url: str, valkey_engine: EmbeddedValkey
) -> None:
    """A user who may not run scripts or claim entries cannot work; the checks say so and the others go on."""
    with redis.Redis.from_url(redis_url) as client:
        client.acl_setuser(
            "meek", enabled=True, reset=True, passwords=["+meek-secret"], categories=["+@all", "-@scripting"],
            commands=["-xautoclaim"], keys=["*"], channels=["*"],
        )  # fmt: skip
        try:
            url = f"redis://meek:meek-secret@127.0.0.1:{valkey_engine.port}/0"
            findings = await findings_of(settings_of(migrated_database, url))
        finally:
            client.acl_deluser("meek")
    for name in ("locks", "streams"):
        assert findings[f"Redis: {name}"].failed
        assert "commands" in str(findings[f"Redis: {name}"].mend)
    assert findings["Redis: eviction"].level is Level.OK


async def test_cluster_is_examined_node_by_node(migrated_database: str, valkey_cluster: str) -> None:
    """Every master has its own findings, and the slots are counted."""
    found = await examine(settings_of(migrated_database, valkey_cluster))
    of_nodes = [one for one in found if one.name == "eviction"]
    assert len({one.figures["node"] for one in of_nodes}) == 3
    assert [one.detail for one in found if one.name == "cluster"] == ["state ok, 16384 of 16384 slots served, 3 nodes"]
    assert [one.name for one in found if one.failed] == [f"subscriber {name}" for name in SUBSCRIPTIONS] + ["workers"]


async def test_cluster_addressed_as_a_single_server_is_told(
    migrated_database: str, cluster_engine: ValkeyCluster
) -> None:
    """The address has to say that it is a cluster."""
    findings = await findings_of(settings_of(migrated_database, cluster_engine.nodes[0].url))
    assert findings["Redis: cluster"].failed
    assert "redis-cluster://" in str(findings["Redis: cluster"].mend)


# -- work that waits -----------------------------------------------------------------------------------


async def test_nobody_at_work_is_told(settings: Settings) -> None:
    """Without a worker there are no groups and no consumers."""
    findings = await findings_of(settings)
    assert findings["Pipeline: workers"].failed
    assert "maitred work" in str(findings["Pipeline: workers"].mend)
    assert findings["Pipeline: subscriber coordinator"].failed


async def test_entries_of_a_dead_consumer_are_told(settings: Settings, redis_url: str) -> None:
    """What was given out long ago and never acknowledged is counted, with its age."""
    async with connect(redis_url) as bus_client:
        await RedisStreams(bus_client).ensure_groups(SUBSCRIPTIONS)
    with redis.Redis.from_url(redis_url) as client:
        client.xadd(STREAM, {"e": "{}"}, id="1000000000000-0")
        client.xreadgroup("room", "gone", {STREAM: ">"})
        found = (await findings_of(settings))["Pipeline: subscriber room"]
    assert found.failed
    assert found.figures["pending"] == 1
    assert found.figures["oldest_pending_s"] > 300


async def test_lagging_outbox_is_told(settings: Settings, migrated_database: str) -> None:
    """Events that nobody carries away fail after a minute, events that nobody handles after ten."""
    connection = await asyncpg.connect(migrated_database)
    await connection.execute(BOOKING, "failed")
    await connection.execute("UPDATE maitred.outbox SET published_at = NULL, done_at = NULL")
    unpublished = (await findings_of(settings))["Pipeline: outbox, unpublished"]
    await connection.execute("UPDATE maitred.outbox SET published_at = created_at")
    unsettled = (await findings_of(settings))["Pipeline: outbox, unsettled"]
    await connection.close()
    for found in (unpublished, unsettled):
        assert found.failed
        assert found.figures["count"] == 1
        assert found.figures["oldest_s"] > 1_000
        assert "maitred work" in str(found.mend)


@pytest.mark.parametrize(
    ("state", "name"),
    [
        ("assignment_pending", "pending bookings"),
        ("assignment_in_progress", "bookings in between"),
        ("manual_review", "overdue reviews"),
    ],
)
async def test_bookings_that_nobody_takes_up_are_told(
    settings: Settings, migrated_database: str, state: str, name: str
) -> None:
    """A booking that is long due, stuck between two states, or past its review deadline has its own finding."""
    connection = await asyncpg.connect(migrated_database)
    await connection.execute(BOOKING, state)
    if state == "assignment_in_progress":
        await connection.execute("UPDATE maitred.bookings SET updated_at = now() - interval '10 minutes'")
    await connection.close()
    findings = await findings_of(settings)
    waiting = [one for one in findings.values() if one.figures.get("count")]
    assert [one.name for one in waiting] == [name]
    assert waiting[0].failed


async def test_dead_letters_are_counted_until_they_are_resolved(settings: Settings, migrated_database: str) -> None:
    """A dead letter warns; one that somebody has dealt with does not."""
    letter = "INSERT INTO maitred.dead_letters (subscriber, payload, error, deliveries) VALUES ('room', '{}', 'no', 9)"
    await execute(migrated_database, letter)
    found = (await findings_of(settings))["Pipeline: dead letters"]
    assert (found.level, found.figures) == (Level.WARN, {"count": 1})
    assert "/v1/dead-letters" in str(found.mend)
    await execute(migrated_database, "UPDATE maitred.dead_letters SET resolved_at = now()")
    assert (await findings_of(settings))["Pipeline: dead letters"].level is Level.OK


# -- messages ------------------------------------------------------------------------------------------


async def test_without_a_mail_server_messages_are_kept_which_is_no_fault(settings: Settings) -> None:
    """It is said that no mail is sent, and by which setting it would be."""
    found = (await findings_of(settings))["Messages: mail server"]
    assert (found.level, found.figures) == (Level.OK, {"server": None})
    assert "MAITRED_MAIL_URL" in found.detail


async def test_mail_server_that_takes_mail_is_fine_and_one_that_does_not_is_quoted(
    migrated_database: str, redis_url: str
) -> None:
    """Its own words are the finding, or that nobody is there; nothing is sent, and no password is shown."""
    server = MailServer(free_port())
    good = settings_of(migrated_database, redis_url, mail_url=server.url, mail_from="house@example.org")
    guarded = f"smtp://ann:mail-secret@127.0.0.1:{server.port}"
    bad = settings_of(migrated_database, redis_url, mail_url=guarded, mail_from="house@example.org")
    with serving(server):
        findings = await findings_of(good)
        reachable, links = findings["Messages: mail server"], findings["Messages: links"]
        public = {"mail_url": server.url, "mail_from": "house@example.org", "public_url": "https://book.example.org"}
        assert "Messages: links" not in await findings_of(settings_of(migrated_database, redis_url, **public))
        refused = await findings_of(bad)
    away = (await findings_of(good))["Messages: mail server"]
    async with unfriendly("554 5.3.2 nobody is served here") as port:
        elsewhere = settings_of(
            migrated_database, redis_url, mail_url=f"smtp://127.0.0.1:{port}", mail_from="house@example.org"
        )
        turned_away = (await findings_of(elsewhere))["Messages: mail server"]
    assert (reachable.level, reachable.figures) == (Level.OK, {"server": f"127.0.0.1:{server.port}"})
    assert (links.level, "MAITRED_PUBLIC_URL" in str(links.mend)) == (Level.WARN, True)
    assert server.received == []
    assert "Messages: links" not in await findings_of(settings_of(migrated_database, redis_url))
    for found in (refused["Messages: mail server"], away, turned_away):
        assert found.level is Level.WARN
        assert "MAITRED_MAIL_URL" in str(found.mend)
    assert "AUTH" in refused["Messages: mail server"].detail
    assert "5.3.2 nobody is served here" in turned_away.detail
    assert "mail-secret" not in json.dumps([one.document() for one in refused.values()])


@asynccontextmanager
async def unfriendly(words: str) -> AsyncIterator[int]:
    """A mail server that sends everybody away with the same words."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{words}\r\n".encode())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


async def test_messages_that_failed_lately_or_are_late_are_counted(settings: Settings, migrated_database: str) -> None:
    """Those of the last day, by reason, and those due for a quarter of an hour; what is older, or due now, is not."""
    await execute(
        migrated_database,
        "INSERT INTO maitred.restaurants (slug, name, timezone, version) VALUES ('inn', 'Inn', 'UTC', 1)",
        *(MESSAGE.format(*values) for values in (
            ("'failed'", "'bounced'", "'2 hours'", "'1 hour'"),
            ("'failed'", "'gave_up'", "'4 days'", "'23 hours'"),
            ("'failed'", "'gave_up'", "'4 days'", "'25 hours'"),
            ("'dropped'", "'over'", "'2 hours'", "'1 hour'"),
            ("'pending'", "NULL", "'20 minutes'", "NULL"),
            ("'pending'", "NULL", "'10 minutes'", "NULL"),
        )),
    )  # fmt: skip
    findings = await findings_of(settings)
    failed, overdue = findings["Messages: failed"], findings["Messages: overdue"]
    assert (failed.level, failed.figures) == (Level.WARN, {"count": 2, "reasons": {"bounced": 1, "gave_up": 1}})
    assert (overdue.level, overdue.figures["count"]) == (Level.WARN, 1)
    assert 1_200 <= overdue.figures["oldest_s"] < 1_260
    await execute(migrated_database, "DELETE FROM maitred.messages WHERE settled_at IS NULL OR state = 'failed'")
    findings = await findings_of(settings)
    assert [findings[f"Messages: {name}"].level for name in ("failed", "overdue")] == [Level.OK, Level.OK]


# -- where to look -------------------------------------------------------------------------------------


async def test_without_addresses_and_without_a_run_file_nothing_runs(tmp_path: Path) -> None:
    """The findings name the directory, both variables, and the command that starts one."""
    findings = await examine(load_settings(data_dir=tmp_path))
    assert [one.failed for one in findings] == [True, True]
    for one, variable in zip(findings, ("MAITRED_DATABASE_URL", "MAITRED_REDIS_URL"), strict=True):
        assert str(tmp_path) in one.detail
        assert variable in one.detail
        assert "maitred up" in str(one.mend)


async def test_run_file_leads_to_the_engines_and_the_api(
    tmp_path: Path, migrated_database: str, redis_url: str
) -> None:
    """What `maitred up` notes in its data directory is examined; an API that does not answer is a finding."""
    api_url = f"http://127.0.0.1:{free_port()}"
    engines = {"postgres": {"url": migrated_database}, "valkey": {"url": redis_url}}
    facts = {"pid": os.getpid(), "pids": {"worker-1": os.getpid()}, "engines": engines, "api_url": api_url}
    (tmp_path / "run.json").write_text(json.dumps(facts))
    findings = await findings_of(load_settings(data_dir=tmp_path))
    assert findings["Deployment: processes"].level is Level.OK
    assert findings["Schema: guards"].level is findings["Redis: locks"].level is Level.OK
    assert findings["API: readyz"].failed
    assert api_url in findings["API: readyz"].detail


@pytest.mark.parametrize("text", ['{"pid": 0, "engines": {}}', "not json", "[]"], ids=["gone", "torn", "other"])
async def test_run_file_of_nobody_is_not_believed(tmp_path: Path, text: str) -> None:
    """A file that a killed `maitred up` left, or that is none at all, means that nothing runs there."""
    (tmp_path / "run.json").write_text(text)
    assert [one.failed for one in await examine(load_settings(data_dir=tmp_path))] == [True, True]


# -- the command ---------------------------------------------------------------------------------------


def run_doctor(*options: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as a shell would."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAITRED_")}
    return subprocess.run(
        [sys.executable, "-m", "maitred", "doctor", *options],
        env=inherited | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_command_prints_json_and_fails_when_something_has_to_be_mended(migrated_database: str, redis_url: str) -> None:
    """`--json` is one document with every finding; the status is 1 because no worker runs, and nothing is hidden."""
    done = run_doctor("--json", MAITRED_DATABASE_URL=migrated_database, MAITRED_REDIS_URL=redis_url)
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert {frozenset(one) for one in document} == {frozenset({"part", "name", "level", "detail", "mend", "figures"})}
    failed = [one["name"] for one in document if one["level"] == "fail"]
    assert failed == [*(f"subscriber {name}" for name in SUBSCRIPTIONS), "workers"]
    assert all(one["mend"] for one in document if one["level"] != "ok")


def test_command_prints_a_report_for_people(tmp_path: Path) -> None:
    """Level, name, detail and mend are words, not only colours; no traceback."""
    done = run_doctor("--data-dir", str(tmp_path))
    assert done.returncode == 1
    assert "fail" in done.stdout
    assert "-> Set MAITRED_DATABASE_URL" in done.stdout
    assert done.stdout.rstrip().endswith("2 checks: 0 ok, 0 to look at, 2 to mend.")
    assert "Traceback" not in done.stdout + done.stderr


async def test_a_killed_pipeline_is_told(settings: Settings, migrated_database: str) -> None:
    """Nobody wonders for long why no worker decides: the doctor says that the kill switch is on, and how to end it."""
    assert [(one.level, one.figures) for one in await examine(settings) if one.name == "flag"] == [
        (Level.OK, {"killed": False})
    ]
    connection = await asyncpg.connect(migrated_database)
    await connection.execute("UPDATE maitred.flags SET killed = true")
    await connection.close()
    (told,) = [one for one in await examine(settings) if one.name == "flag"]
    assert (told.level, "maitred flags resume" in (told.mend or "")) == (Level.WARN, True)
