"""Shadow: decides beside the live path, takes no seat, and its report is what the pipeline would have done."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from house import TINY, Inn, evening, inn_of, open_inn, until, venue

from maitred.client.dates import candidate_dates, moved_to
from maitred.domain.booking import Actor, ActorKind, Booking
from maitred.domain.lifecycle import Action, step
from maitred.domain.simulation import play
from maitred.flags.port import Mode
from maitred.formats.mapping import ImportMapping
from maitred.formats.reader import read_import
from maitred.scenarios.reader import Scenario, read_scenario
from maitred.store import bookings
from maitred.usecases.accept import BookingRequest, GuestDetails, accept_booking
from maitred.usecases.backfill import backfill
from maitred.usecases.door import act
from maitred.usecases.flags import Change, set_killed, set_mode, set_percentage
from maitred.usecases.holds import HoldRequest, place_hold, release_hold
from maitred.usecases.import_work import ImportSource
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.review import force_confirm
from maitred.usecases.shadow import ShadowReport, follow, percentiles, shadow_report
from maitred.usecases.weigh import Verdict, weigh

SCENARIOS: Final = Path(__file__).parents[2] / "examples" / "scenarios"
SEATS: Final = "SELECT count(*) FROM maitred.allocations a WHERE a.restaurant_id = $1"


@pytest.fixture
async def inn(migrated_database: str, redis_url: str) -> AsyncIterator[Inn]:
    """An inn under the settings of a deployment."""
    async with open_inn(migrated_database, redis_url, flag="off") as found:
        yield found


async def put(inn: Inn, mode: Mode) -> None:
    """Set an inn's mode and wait until this process has it."""

    async def there() -> bool:
        return inn.desk.flags.mode(inn.place.slug) is mode

    await set_mode(inn.desk.database, inn.place.slug, mode, Change("ann", "trying it"))
    await until(there)


async def report_of(inn: Inn) -> ShadowReport:
    """Let the shadow catch up and report."""
    while await follow(inn.desk):
        pass
    return await shadow_report(inn.desk.database, (inn.place.restaurant_id, inn.place.slug))


def of_another_day(name: str) -> Scenario:
    """A scenario of the examples, on a day that is to come."""
    scenario = read_scenario(SCENARIOS / f"{name}.json")
    return moved_to(scenario, next(candidate_dates(scenario, datetime.now(UTC).date())))


async def ask_all(inn: Inn, scenario: Scenario, *, wait: bool = False) -> dict[str, UUID]:
    """Ask everything that a scenario asks, each at its own time; returns bookings by the scenario's names.

    With `wait` each is decided, by a worker, before the next asks.
    """
    asked: dict[str, UUID] = {}
    for one in scenario.requests:
        request = BookingRequest(
            one.party_size,
            one.starts_at,
            GuestDetails("Ada Guest"),
            source=one.source,
            zone_preference=one.zone_preference,
            accessible=one.accessible,
            external_ref=one.id,
            decided_as_of=one.at,
        )
        accepted = await accept_booking(
            inn.desk, inn.place, request, caller=inn.caller, key=None, render=lambda view: {"state": view.booking.state}
        )
        asked[one.id] = accepted.booking_id
        if wait:
            await inn.until_decided(accepted.booking_id)
    return asked


async def shadowed(inn: Inn) -> dict[str, tuple[str, ...]]:
    """Where everybody would sit by the shadow, by the scenario's names; nobody whom it refused."""
    rows = await inn.desk.database.fetch(
        "SELECT b.external_ref, s.tables FROM maitred.shadow_decisions s "
        "JOIN maitred.bookings b ON b.id = s.booking_id WHERE s.restaurant_id = $1 AND s.outcome = 'confirmed'",
        inn.place.restaurant_id,
    )
    return {row["external_ref"]: tuple(row["tables"]) for row in rows}


async def test_shadow_of_a_whole_night_is_what_on_would_have_done(inn: Inn) -> None:
    """A hundred requests: no seat is written, who would sit where is as simulated, and the live path agrees.

    So does the pipeline itself, which decides the same requests of another house by bus and worker.
    """
    scenario = of_another_day("prince-of-wales-100")
    pub = await inn_of(inn.house, {**scenario.document, "slug": "shadow-pub"}, inn.url)
    await put(pub, Mode.SHADOW)
    asked = await ask_all(pub, scenario)
    live_seats = await pub.desk.database.fetchval(SEATS, pub.place.restaurant_id)
    report = await report_of(pub)
    assert await pub.desk.database.fetchval(SEATS, pub.place.restaurant_id) == live_seats

    night = play(scenario.plain())
    assert await shadowed(pub) == {key: tuple(sorted(tables)) for key, tables in night.seating.items()}
    assert (report.decided, report.both_seated, report.moves) == (len(asked), len(night.seating), night.moves)
    assert (report.agreement, report.only_live, report.only_shadow, report.waiting) == (1.0, 0, 0, 0)
    assert report.same_tables == report.both_seated
    assert set(report.shadow_ms) == set(report.live_ms) == {"p50", "p95", "p99", "max"}

    bar = await inn_of(inn.house, {**scenario.document, "slug": "piped-pub"}, inn.url)
    await put(bar, Mode.ON)
    async with bar.working():
        piped = await ask_all(bar, scenario, wait=True)
    seats = {name: (await bar.view(booking)).tables for name, booking in piped.items()}
    assert {name: tuple(sorted(tables)) for name, tables in seats.items() if tables} == await shadowed(pub)


async def test_decisions_of_another_system_are_compared(inn: Inn) -> None:
    """The system in use gave the one table to the second party: the shadow would have seated the first, and says so."""
    other = await inn_of(inn.house, venue(TINY), inn.url)
    await put(other, Mode.ON)  # nobody decides: no worker runs here
    first, second = await other.book(), await other.book()
    await imported(other, first, "fail", "failed")
    await put(other, Mode.SHADOW)
    await other.desk.database.execute("DELETE FROM maitred.shadow_runs")
    await other.desk.database.execute(
        "INSERT INTO maitred.shadow_runs VALUES ($1, 0, now())", other.place.restaurant_id
    )
    await other.decide()
    report = await report_of(other)
    assert (report.only_shadow, report.only_live, report.agreement) == (1, 1, 0.0)
    told = {one.booking_id: (one.outcome, one.live_state) for one in report.differences}
    assert told == {first: ("confirmed", "failed"), second: ("failed", "confirmed")}


async def imported(inn: Inn, booking_id: UUID, action: str, state: str) -> None:
    """Record a decision of the system in use, as a person would."""
    booking = (await inn.view(booking_id)).booking
    by = Actor(ActorKind.SYSTEM, "import")
    started = step(booking, Action.START, actor=by, at=inn.desk.clock())
    failed = step(started.after, Action(action), actor=by, at=inn.desk.clock())
    assert failed.after.state == state
    async with inn.desk.database.transaction() as connection:
        await bookings.save(connection, [started, failed])


async def test_a_party_from_before_sits_where_the_shadow_moved_it(inn: Inn, tmp_path: Path) -> None:
    """It makes room for a larger one by taking the small table; the next party finds none: no table is given twice."""
    tables = [{"id": "A1", "zone": "main", "capacity": 2}, {"id": "A3", "zone": "main", "capacity": 4, "min_party": 2}]
    old = await inn_of(inn.house, venue(tables=tables, joins=[]), inn.url)
    held = await place_hold(old.desk, old.place, HoldRequest(2, evening()), caller=old.caller)
    before = await old.book(2)
    await release_hold(old.desk, held.id, caller=old.caller)
    assert (await old.view(before)).tables == ("A3",)
    await put(old, Mode.SHADOW)
    for number, party in enumerate((4, 2)):  # with a look in between: the book is read again
        await backfilled(old, tmp_path, [(f"OLD-{number}", evening(), party, "Declined", datetime.now(UTC))])
        report = await report_of(old)
    assert [(one.party_size, list(one.tables)) for one in report.differences] == [(4, ["A3"])]
    assert (report.decided, report.only_shadow, report.both_refused, report.moves) == (2, 1, 1, 1)
    assert (await old.view(before)).tables == ("A3",)


async def backfilled(inn: Inn, folder: Path, parties: Sequence[tuple[str, datetime, int, str, datetime]]) -> None:
    """Import what the system in use decided: its number, time, covers, status, and when it was made."""
    lines = ["Booking ID,Date,Time,Covers,Guest name,Status,Created at"]
    lines += [
        f"{ref},{at:%Y-%m-%d},{at:%H:%M},{n},Ann,{status},{made.isoformat()}" for ref, at, n, status, made in parties
    ]
    path = folder / f"{parties[0][0]}.csv"
    path.write_text("\n".join(lines), "utf-8")
    read = read_import(path, ImportMapping(), ZoneInfo("UTC"))
    assert not read.faults
    await backfill(inn.desk.database, inn.place.slug, ImportSource("previous"), read.digest, read.bookings)


async def test_a_cancelled_party_leaves_the_shadows_book(inn: Inn) -> None:
    """Who asks after a cancellation finds the table free there, who asked before does not, however late it looks."""
    tiny = await inn_of(inn.house, venue(TINY), inn.url)
    await put(tiny, Mode.SHADOW)
    first, second = await tiny.book(), await tiny.book()
    await act(tiny.desk, first, Action.CANCEL, caller=tiny.caller)
    third = await tiny.book()
    report = await report_of(tiny)
    assert (report.both_seated, report.both_refused, report.agreement) == (2, 1, 1.0)
    assert [await tiny.state(one) for one in (first, second, third)] == ["cancelled", "failed", "confirmed"]


async def test_who_is_gone_by_now_sat_where_they_were_seated(inn: Inn) -> None:
    """After the evening the report still tells who had the same tables: also of who cancelled or did not come."""
    await put(inn, Mode.SHADOW)
    came, cancelled, absent, _ = [await inn.book(at=evening(clock)) for clock in ("12:00", "14:00", "16:00", "18:00")]
    before = await report_of(inn)
    assert (before.both_seated, before.same_tables) == (4, 4)
    for booking, clock, action in (
        (came, "12:05", Action.CHECK_IN),
        (came, "13:00", Action.COMPLETE),
        (cancelled, "13:00", Action.CANCEL),
        (absent, "16:50", Action.MARK_NO_SHOW),
    ):
        await act(inn.at(lambda clock=clock: evening(clock)).desk, booking, action, caller=inn.caller)
    after = await report_of(inn)
    assert (after.both_seated, after.same_tables) == (4, 4)


async def test_a_review_that_was_seated_later_counts_as_one_difference(inn: Inn) -> None:
    """Refused for real at first and given the shadow's very table in the end: not among those seated by both."""
    tiny = await inn_of(inn.house, venue(TINY), inn.url)
    await put(tiny, Mode.ON)  # nobody decides: no worker runs here
    first = await tiny.book()
    await imported(tiny, first, "escalate", "manual_review")
    await inn.desk.database.execute("INSERT INTO maitred.shadow_runs VALUES ($1, 0, now())", tiny.place.restaurant_id)
    await force_confirm(tiny.desk, first, ["A1"], caller=tiny.caller)
    await put(tiny, Mode.SHADOW)
    report = await report_of(tiny)
    assert (report.only_shadow, report.both_seated, report.same_tables) == (1, 0, 0)


async def test_a_booking_that_cannot_be_decided_ends_nobodys_shadow(inn: Inn, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one for a person, as it would be for real; those after it, and other restaurants, are decided."""
    others = await inn_of(inn.house, venue(), inn.url)
    for one in (inn, others):
        await put(one, Mode.SHADOW)
    booked = [await one.book() for one in (inn, inn, others)]

    def weighs(batch: Sequence[Booking], *rest: Any) -> list[Verdict]:
        if batch[0].id == booked[0]:
            raise ZeroDivisionError
        return weigh(batch, *rest)

    monkeypatch.setattr("maitred.usecases.shadow.weigh", weighs)
    report = await report_of(inn)
    assert (report.decided, report.only_live, report.both_seated) == (2, 1, 1)
    assert [(one.booking_id, one.outcome, one.reason_code) for one in report.differences] == [
        (booked[0], "needsreview", "decision_fault")
    ]
    assert (await report_of(others)).decided == 1


def test_percentiles_are_by_nearest_rank() -> None:
    """Of few figures, too: half of four are at most the second."""
    assert percentiles([4.0, 1.0, 3.0, 2.0]) == {"p50": 2.0, "p95": 4.0, "p99": 4.0, "max": 4.0}
    assert percentiles([float(one) for one in range(1, 201)]) == {"p50": 100, "p95": 190, "p99": 198, "max": 200}
    assert percentiles([7.0]) == dict.fromkeys(("p50", "p95", "p99", "max"), 7.0)
    assert percentiles([]) == {}


async def test_what_no_engine_was_asked_is_not_decided(inn: Inn) -> None:
    """A hold that was taken up, and a party for a person to look at: they keep their tables, and are not compared."""
    few = await inn_of(inn.house, venue(TINY, review_party_size=2), inn.url)
    await put(few, Mode.SHADOW)
    looked_at = await few.book(2)
    assert await few.state(looked_at) == "manual_review"
    held = await place_hold(few.desk, few.place, HoldRequest(1, evening()), caller=few.caller)
    assert await few.state(await few.book(1, hold_id=held.id)) == "confirmed"
    assert await few.state(await few.book(1)) == "failed"
    report = await report_of(few)
    assert (report.decided, report.both_refused) == (1, 1)


async def test_a_party_that_was_changed_sits_where_it_does_for_real(inn: Inn) -> None:
    """It has left the table that the shadow gave it, and has the one that it was given since: there and only there."""
    tables = [{"id": "A1", "zone": "main", "capacity": 2}, {"id": "A3", "zone": "main", "capacity": 4, "min_party": 2}]
    two = await inn_of(inn.house, venue(tables=tables, joins=[]), inn.url)
    await put(two, Mode.SHADOW)
    grows = await two.book(2)
    assert (await report_of(two)).same_tables == 1
    changed = await modify_booking(two.desk, grows, Changes(party_size=4), caller=two.caller)
    assert (await two.view(changed.id)).tables == ("A3",)
    for size in (2, 2):  # the first has the table that was left, the second none
        await two.book(size)
        report = await report_of(two)
    assert (report.both_seated, report.both_refused, report.same_tables, report.moves) == (2, 1, 1, 0)


async def test_only_what_comes_in_shadow_is_decided_again(inn: Inn) -> None:
    """Bookings of before are on the floor and not decided; leaving shadow, or the kill switch, ends it."""
    tiny = await inn_of(inn.house, venue(TINY), inn.url)
    before = await tiny.book()
    await put(tiny, Mode.SHADOW)
    refused = await tiny.book()
    report = await report_of(tiny)
    assert (report.decided, report.both_refused) == (1, 1)
    assert report.since is not None
    await set_killed(tiny.desk.database, True, Change("ann", "stop"))

    async def killed() -> bool:
        return tiny.desk.flags.killed

    await until(killed)
    await tiny.book()
    after = await report_of(tiny)
    assert (after.decided, after.since) == (1, None)
    assert [await tiny.state(one) for one in (before, refused)] == ["confirmed", "failed"]


async def test_many_workers_decide_each_booking_once(inn: Inn) -> None:
    """One is at a restaurant's shadow, the others leave it alone: nothing is decided or moved twice."""
    await put(inn, Mode.SHADOW)
    asked = [await inn.book(2 + number % 5, evening(f"{12 + number % 9}:00")) for number in range(12)]
    await follow(inn.desk)
    await inn.desk.database.execute("DELETE FROM maitred.shadow_decisions")
    done = await asyncio.gather(*(follow(inn.desk) for _ in range(4)))
    assert sum(done) == len(asked) == (await report_of(inn)).decided


async def test_a_shadow_begins_with_the_change_that_began_it(inn: Inn) -> None:
    """However late a worker looks: what came since is decided, although the percentage of others changed in between."""
    tiny = await inn_of(inn.house, venue(TINY), inn.url)
    await tiny.book()
    await put(tiny, Mode.SHADOW)
    await tiny.book()
    await set_percentage(tiny.desk.database, 5, Change("ann", "others"))
    assert (await report_of(tiny)).decided == 1


async def test_imported_decisions_are_compared(inn: Inn, tmp_path: Path) -> None:
    """In the system in use the one table went to who asked second: imported in shadow, both are told as differences."""
    old = await inn_of(inn.house, venue(TINY), inn.url)
    await put(old, Mode.SHADOW)
    await follow(old.desk)
    at, made = evening("19:00", -30), evening("12:00", -40)
    later = made + timedelta(hours=1)
    await backfilled(old, tmp_path, [("OLD-1", at, 2, "Declined", made), ("OLD-2", at, 2, "Completed", later)])
    report = await report_of(old)
    assert (report.decided, report.only_shadow, report.only_live) == (2, 1, 1)
    told = {one.external_ref: (one.outcome, one.live_state) for one in report.differences}
    assert told == {"OLD-1": ("confirmed", "failed"), "OLD-2": ("failed", "confirmed")}
