"""`maitred replay SCENARIO`: a restaurant's real night through a running maitred, over HTTP."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

from maitred.client.dates import candidate_dates, check_date, first_date, moved_to, service_dates
from maitred.client.failures import ClientFailure, DateRefused
from maitred.client.http import Api, open_api
from maitred.client.importing import import_venue
from maitred.client.progress import Unwatched, Watcher
from maitred.client.readback import Item, outcomes, read_days, troubles
from maitred.client.report import ReplayReport
from maitred.client.stream import Stream, Told
from maitred.scenarios.files import write_document
from maitred.scenarios.reader import Scenario, read_scenario

MAX_IN_FLIGHT = 1000


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What to play, where and how.

    `on` is the date asked for; without one, `today` (in the venue's zone) decides where a past night moves to.
    With `mail_domain` every guest has an address there, and is sent what guests are sent.
    """

    scenario: Path
    url: str
    api_key: str
    concurrency: int = 1
    on: date | None = None
    slug: str | None = None
    out: Path | None = None
    retry_for_s: float = 120.0
    outcome_within_s: float = 300.0
    today: date | None = None
    run_id: str | None = None
    mail_domain: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.concurrency <= MAX_IN_FLIGHT:
            raise ClientFailure(f"--concurrency must be from 1 to {MAX_IN_FLIGHT}, not {self.concurrency}.")


@dataclass(frozen=True, slots=True)
class _Night:
    """A scenario at the date it is played on, and what stood in the book there before."""

    scenario: Scenario
    slug: str
    on: date
    moved_days: int
    before: frozenset[str]


async def replay(options: ReplayOptions, watcher: Watcher | None = None) -> ReplayReport:
    """This plays a scenario and reports what was read back; raises ClientFailure when it could not be played."""
    scenario = read_scenario(options.scenario)
    slug = options.slug or scenario.venue.slug
    async with open_api(
        options.url, options.api_key, patience_s=options.retry_for_s, connections=options.concurrency + 1
    ) as api:
        await import_venue(api, {**scenario.document, "slug": slug})
        night = await _night(api, scenario, slug, options)
        run_id, quiet = options.run_id or uuid4().hex, watcher or Unwatched()
        stream = Stream(api, slug, run_id, options.outcome_within_s, quiet, options.mail_domain)
        try:
            elapsed_s = await stream.play(night.scenario.events, options.concurrency)
        except* ClientFailure as failures:
            raise _first(failures) from None
        items = await read_days(api, slug, service_dates(night.scenario))
    report = _report(night, options, stream, elapsed_s, [i for i in items if str(i["id"]) not in night.before])
    if options.out is not None:
        write_document(options.out, report.seating())
    return report


async def _night(api: Api, scenario: Scenario, slug: str, options: ReplayOptions) -> _Night:
    """This chooses the date: the one asked for, or the best one whose book is still empty."""
    today = options.today or datetime.now(scenario.venue.tz).date()
    if options.on is not None:
        check_date(scenario, options.on, today)
        return _placed(scenario, slug, options.on, await _book(api, scenario, slug, options.on))
    for target in candidate_dates(scenario, today):
        book = await _book(api, scenario, slug, target)
        if not book:
            return _placed(scenario, slug, target, book)
    raise DateRefused(f"No date within a year suits {scenario.name}: choose one by --date, or another --slug.")


async def _book(api: Api, scenario: Scenario, slug: str, target: date) -> list[Item]:
    return await read_days(api, slug, service_dates(moved_to(scenario, target)))


def _placed(scenario: Scenario, slug: str, target: date, book: list[Item]) -> _Night:
    days = (target - first_date(scenario)).days
    return _Night(moved_to(scenario, target), slug, target, days, frozenset(str(item["id"]) for item in book))


def _report(night: _Night, options: ReplayOptions, stream: Stream, elapsed_s: float, items: list[Item]) -> ReplayReport:
    read = outcomes(stream.told, items)
    return ReplayReport(
        scenario=night.scenario.name,
        slug=night.slug,
        url=options.url,
        date=night.on,
        moved_days=night.moved_days,
        concurrency=options.concurrency,
        run_id=stream.run_id,
        elapsed_s=elapsed_s,
        outcomes=read,
        cancels=_cancels(stream.told.values()),
        retried=dict(sorted(stream.api.troubles.items())),
        troubles=troubles(stream.told, read, items),
        notes=_notes(night),
    )


def _cancels(told: Iterable[Told]) -> dict[str, int]:
    return dict(Counter(one.cancel for one in told if one.cancel is not None))


def _notes(night: _Night) -> tuple[str, ...]:
    notes = []
    if night.moved_days:
        notes.append(f"The night was moved by {night.moved_days} days, to {night.on}.")
    if night.before:
        notes.append(
            f"The book of {night.on} already held {len(night.before)} bookings: room is less than in the file."
        )
    return tuple(notes)


def _first(failures: ExceptionGroup[ClientFailure]) -> ClientFailure:
    first = failures.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first
