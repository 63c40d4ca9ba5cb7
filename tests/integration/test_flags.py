"""Flags on a real database: every process follows, stale writers are told, what cannot be read stays in force."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import asyncpg
import pytest
from house import until, venue
from typer.testing import CliRunner

from engines import TcpProxy
from maitred.cli import app
from maitred.domain.errors import InvalidInput, MaitredError, NotFound
from maitred.flags.port import Mode
from maitred.flags.watch import POLL_S, OpenFlags, watched_flags
from maitred.store import flags as store
from maitred.store.database import Database
from maitred.store.flags import FlagRow
from maitred.usecases.flags import (
    Change,
    StaleFlag,
    set_default,
    set_killed,
    set_mode,
    set_opted_in,
    set_percentage,
    standing,
)
from maitred.usecases.venues import import_venue
from waiting import patience

ANN = Change("ann", "trying it")


@pytest.fixture
async def database(migrated_database: str) -> AsyncIterator[Database]:
    """A database with two restaurants."""
    found = await Database.connect(migrated_database)
    for slug in ("one", "two"):
        await import_venue(found, {**venue(), "slug": slug}, caller_name="test")
    yield found
    await found.close()


def maitred(*arguments: str) -> Any:
    """Run `maitred flags ... --json` and return what it prints."""
    done = CliRunner().invoke(app, ["flags", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@asynccontextmanager
async def process(url: str, listen_url: str | None, otherwise: Mode = Mode.ON) -> AsyncIterator[OpenFlags]:
    """The flags as another process has them: a pool of its own, told by notification or only looking."""
    database = await Database.connect(url)
    try:
        async with watched_flags(database, otherwise, listen_url) as flags:
            yield flags
    finally:
        await database.close()


async def test_both_processes_follow(database: Database, migrated_database: str) -> None:
    """A change by a third reaches one that is notified and one that only looks; an empty table is the setting."""
    async with process(migrated_database, migrated_database) as told, process(migrated_database, None) as looks:
        assert (told.mode("one"), looks.mode("one")) == (Mode.ON, Mode.ON)
        assert POLL_S < 2  # the promise: who is not told looks that often
        await set_mode(database, "one", Mode.SHADOW, ANN)
        await until(lambda: _is(told, Mode.SHADOW))
        await until(lambda: _is(looks, Mode.SHADOW))
        assert looks.mode("two") is Mode.ON
        await set_killed(database, True, ANN)
        await until(lambda: _is(looks, Mode.OFF))
        assert told.killed
        assert {told.mode("two"), looks.mode("nobody")} == {Mode.OFF}


async def _is(flags: OpenFlags, mode: Mode) -> bool:
    return flags.mode("one") is mode


async def test_what_was_known_last_stays_in_force(
    database: Database, migrated_database: str, tcp_proxy: Callable[[str], Awaitable[TcpProxy]]
) -> None:
    """A process that loses the database goes on with what it knew and says so, and catches up when it is back."""
    await set_mode(database, "one", Mode.SHADOW, ANN)
    proxy = await tcp_proxy(migrated_database)
    async with process(proxy.via(migrated_database), None) as flags:
        assert flags.stale_s is None
        proxy.cut()
        await set_mode(database, "one", Mode.OFF, ANN)
        await until(lambda: _stale(flags))
        assert flags.mode("one") is Mode.SHADOW
        proxy.heal()
        await until(lambda: _is(flags, Mode.OFF))
        assert flags.stale_s is None


async def test_what_does_not_change_stays_fresh(migrated_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that finds the flags unchanged with every look is as fresh as one that learned something."""
    monkeypatch.setattr("maitred.flags.provider.STALE_S", 3.0)
    monkeypatch.setattr("maitred.flags.watch.POLL_S", 0.02)
    async with process(migrated_database, None) as flags:
        seen = []
        began = monotonic()
        while monotonic() - began < 4:
            seen.append(flags.stale_s)
            await asyncio.sleep(0.02)
        assert set(seen) == {None}


async def _stale(flags: OpenFlags) -> bool:
    return flags.stale_s is not None


async def test_a_database_without_the_table_leaves_the_setting(fresh_database: str) -> None:
    """A process that starts before the migrations answers by its setting, and says that it read nothing."""
    async with process(fresh_database, None, Mode.OFF) as flags:
        assert flags.mode("one") is Mode.OFF
        assert flags.stale_s == float("inf")


async def at_the_same_moment(url: str, changes: list[Coroutine[Any, Any, FlagRow]]) -> list[Any]:
    """Make changes that have all begun before any of them can end."""
    holder = await asyncpg.connect(url)
    try:
        async with holder.transaction():
            await holder.execute("SELECT 1 FROM maitred.flags FOR UPDATE")
            running = [asyncio.create_task(change) for change in changes]
            async with patience("every change to wait for the row"):
                while await holder.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < len(changes):
                    await asyncio.sleep(0.01)
    finally:
        await holder.close()
    return await asyncio.gather(*running, return_exceptions=True)


async def test_a_stale_writer_gets_a_conflict(database: Database, migrated_database: str) -> None:
    """Of two who read the same version one changes the flag; the other is told the present version, nothing changes."""
    seen = (await standing(database, Mode.ON)).row.version
    changes = [set_percentage(database, percent, Change("ann", "more", seen)) for percent in (5, 25)]
    found = await at_the_same_moment(migrated_database, changes)
    refused = [one for one in found if isinstance(one, StaleFlag)]
    kept = [one for one in found if isinstance(one, FlagRow)]
    assert (len(refused), len(kept)) == (1, 1)
    now = await standing(database, Mode.ON)
    assert (now.row.percentage, now.row.version) == (kept[0].percentage, seen + 1)
    assert refused[0].data["version"] == now.row.version
    one = await set_opted_in(database, "one", True, Change("ann", "asked for it", 0))
    with pytest.raises(StaleFlag):
        await set_mode(database, "one", Mode.OFF, Change("ben", "no", one.version - 1))
    assert len(await store.changes(database, now.row.flag, None, 100)) == 2


async def test_the_audit_tells_every_change_and_nothing_else(database: Database, migrated_database: str) -> None:
    """Who, from what, to what and why, newest first; what changes nothing leaves no entry; entries stay."""
    await set_default(database, Mode.OFF, Change("ann", " begin \n safely "))
    await set_default(database, Mode.OFF, Change("ann", "again"))
    await set_percentage(database, 5, Change("ben", "first five"))
    await set_opted_in(database, "two", True, Change("ann", "they asked"))
    await set_killed(database, True, Change("ops", "mail is down"))
    flag = (await standing(database, Mode.ON)).row.flag
    entries = await store.changes(database, flag, None, 100)
    told = [(e["restaurant"], e["what"], e["from_value"], e["to_value"], e["by_whom"], e["reason"]) for e in entries]
    assert told == [
        (None, "killed", "no", "yes", "ops", "mail is down"),
        ("two", "opted_in", "no", "yes", "ann", "they asked"),
        (None, "percentage", None, "5", "ben", "first five"),
        (None, "default", None, "off", "ann", "begin safely"),
    ]
    connection = await asyncpg.connect(migrated_database)
    try:
        for attempt in ("UPDATE maitred.flag_changes SET reason = 'x'", "DELETE FROM maitred.flag_changes"):
            with pytest.raises(asyncpg.PostgresError, match="append-only"):
                await connection.execute(attempt)
    finally:
        await connection.close()


async def test_nonsense_is_refused_by_name(database: Database) -> None:
    """No reason, no such percentage, no such restaurant: each names the field, and nothing changes."""
    wrong = [
        (set_killed(database, True, Change("ann", "  ")), InvalidInput, "reason"),
        (set_killed(database, True, Change("ann", "x" * 501)), InvalidInput, "reason"),
        (set_percentage(database, 101, ANN), InvalidInput, "percentage"),
        (set_mode(database, "nowhere", Mode.ON, ANN), NotFound, None),
    ]
    for attempt, kind, name in wrong:
        with pytest.raises(kind) as refused:
            await attempt
        assert getattr(refused.value, "field", None) == name
    assert await store.changes(database, (await standing(database, Mode.ON)).row.flag, None, 9) == []


def test_flag_from_the_command_line(migrated_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command answers with the flag as it then is, and who did it is on record; nonsense changes nothing."""
    monkeypatch.setenv("MAITRED_DATABASE_URL", migrated_database)
    monkeypatch.setenv("MAITRED_FLAG_PIPELINE", "off")

    async def opened() -> None:
        found = await Database.connect(migrated_database)
        await import_venue(found, {**venue(), "slug": "one"}, caller_name="test")
        await found.close()

    asyncio.run(opened())
    assert maitred("list")["in_mode"] == {"off": 1, "shadow": 0, "on": 0}
    assert maitred("set", "shadow", "--restaurant", "one", "--reason", "try")["in_mode"]["shadow"] == 1
    assert maitred("set", "none", "--restaurant", "one", "--reason", "no more")["restaurants"][0]["mode"] is None
    assert maitred("opt-in", "one", "--reason", "asked", "--version", "2")["in_mode"]["on"] == 1
    assert maitred("percentage", "25", "--reason", "a quarter")["percentage"] == 25
    assert maitred("kill")["in_mode"] == {"off": 1, "shadow": 0, "on": 0}
    assert maitred("resume")["in_mode"]["on"] == 1
    assert maitred("shadow-report", "one")["decided"] == 0
    found = maitred("audit")
    assert [one["what"] for one in found] == ["killed", "killed", "percentage", "opted_in", "mode", "mode"]
    assert all(one["by"].startswith("cli:") for one in found)
    for wrong in (
        ["set", "maybe"],
        ["percentage", "101"],
        ["percentage", "33.3"],
        ["percentage", "9" * 5_000],
        ["percentage", "--", "-1"],
        ["kill", "--reason", " "],
        ["kill", "--reason", "\x1b[2J"],
    ):
        refused = CliRunner().invoke(app, ["flags", *wrong[:1], "--reason", "x", *wrong[1:]])
        assert isinstance(refused.exception, SystemExit | MaitredError), (wrong[:3], refused)
    assert len(maitred("audit")) == len(found)
    plain = CliRunner().invoke(app, ["flags", "list"]).stdout
    assert "in force" in plain
    assert "one: by the rules, opted in (version 3)" in plain
