"""Reading is safe: whatever is fetched, by a browser, a prefetch or a scanner of mails, nothing is written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import pytest
from asking import BY_DAY, ask
from site_of_tests import Place, Site, served, tomorrow

from engines import Databases
from maitred.api.app import ENDPOINTS
from maitred.embedded import EmbeddedValkey
from maitred.guest.app import SCREENS as GUEST
from maitred.guest.book import KEPT
from maitred.ops.app import SCREENS as OPS
from maitred.usecases import links, phone, waitlist, webhooks
from maitred.usecases.accept import GuestDetails
from maitred.usecases.keys import ensure_admin_key
from maitred.usecases.people import Role
from maitred.usecases.phone import Asked
from maitred.usecases.queue import join_queue
from maitred.usecases.waitlist import WaitRequest
from maitred.usecases.walkins import WalkIn

KEY: Final = "the-operators-own-key-of-these-tests"
PATHS: Final = sorted(
    {one.path for one in (*OPS, *GUEST) if one.method == "GET"} | {one.path for one in ENDPOINTS if one.method == "GET"}
)


@dataclass(frozen=True, slots=True)
class Full:
    """A restaurant with something of everything, and what its routes' parameters may be."""

    place: Place
    token: str
    known: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def quiet(databases: Databases, valkey_engine: EmbeddedValkey) -> Iterator[Site]:
    """A house in which nothing works by itself, so that what changes was changed by a request."""
    with served(databases, valkey_engine, working=False, flag_pipeline="off") as site:
        yield site


@pytest.fixture(scope="module")
def full(quiet: Site) -> Full:
    """Bookings of several kinds, a queue, a waitlist, holds, links, a webhook and a call with a time that is kept."""
    place = quiet.open_place(**BY_DAY, waitlist={"enabled": True})
    token = place.person(Role.OWNER)
    at = tomorrow().replace(hour=18, minute=0)
    one = place.book("Ann Archer", 2, at, email="ann@example.com", phone="+442079460958", notes="nuts").booking
    place.book("Bob Baker", 6, at)
    fill = quiet.run(lambda: _filled(place, at, one))
    return Full(place, token, {"booking_id": [str(one.id)], **fill})


async def _filled(place: Place, at: Any, one: Any) -> dict[str, list[str]]:
    desk = place.desk
    await ensure_admin_key(desk.database, KEY)
    opened = await desk.venues.get(place.slug)
    who = "SELECT person_id FROM maitred.people_roles WHERE restaurant_id = $1"
    caller = replace(place.caller, credential_id=await desk.database.fetchval(who, place.number))
    call, asked = uuid4(), Asked(2, at)
    draft = await phone.call_to_type(desk, opened, call, "8pm 2 okafor", caller=caller)
    await phone.note(desk, opened, draft, "8pm 2 okafor", {}, caller=caller)
    await phone.hold_time(desk, opened, call, asked, at + timedelta(minutes=15), caller=caller)
    await join_queue(desk, opened, WalkIn(2, "Khan"), (10, 20), caller=place.caller)
    wish = WaitRequest(2, at, at + timedelta(hours=1), GuestDetails("Zoe", email="zoe@example.com"), True)
    waiting = await waitlist.join(desk, opened, wish, caller=place.caller)
    hook, _ = await webhooks.subscribe(desk, opened, "https://example.com/in", [], None, caller=place.caller)
    last = at + timedelta(days=30)
    what: dict[str, Any] = {"restaurant": place.slug, "party": 2, "at": at.isoformat(), "accessible": False,
                            "zone": None, "hold": None, "key": str(uuid4()), "instead_of": None}  # fmt: skip
    offer = {"restaurant": place.slug, "party_size": 2, "starts_at": at.isoformat(), "booking": str(one.id)}
    tokens = [
        await links.manage(desk.database, one.id, last),
        await links.offer(desk.database, offer, last),
        await links.signed(desk.database, links.WAITLIST, {"entry": str(waiting.waiting.entry.id)}, last),
        await links.signed(desk.database, KEPT, what, last),
    ]
    return {
        "token": tokens,
        "call": [str(call)],
        "entry_id": [str(waiting.waiting.entry.id)],
        "webhook_id": [str(hook.id)],
    }


def everything(site: Site) -> dict[str, str]:
    """Return a fingerprint of each table."""
    assert site.desk is not None
    database = site.desk.database

    async def read() -> dict[str, str]:
        names = await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'maitred' ORDER BY 1")
        sums = {}
        for (name,) in names:
            text = f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM maitred.{name} t"
            sums[name] = await database.fetchval(text)
        return sums

    found: dict[str, str] = site.run(read)
    return found


def addresses(full: Full, path: str) -> list[str]:
    """Return a route's addresses, with each value that its parameters may have."""
    names = re.findall(r"{(\w+)", path)
    known = {
        "slug": [full.place.slug], "table": ["T1"], "action": ["cancel"], "rest": ["nothing"], "name": ["ops.css"],
        "date": ["2026-12-05"], **full.known,
    }  # fmt: skip
    found = [path]
    for name in names:
        values = known.get(name, [str(uuid4()), *full.known["booking_id"]])
        found = [re.sub(r"{" + name + r"(:path)?}", value, one) for one in found for value in values]
    return found


QUERIES: Final = ("", "?date=2026-12-05", "?party=2&date=2030-05-17", "?stale=1&since=0&v=0&q=ann&party_size=2")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", PATHS)
def test_reading_changes_nothing(full: Full, path: str, method: str) -> None:
    """No GET and no HEAD of any route writes: with a session or a key or none, as a prefetch and as a script."""
    site = full.place.site
    before = everything(site)
    for address in addresses(full, path):
        for query in QUERIES:
            own = "" if "/phone" not in path else f"{'&' if query else '?'}call={full.known['call'][0]}"
            key = {"authorization": f"Bearer {KEY}"} if path.startswith("/v1") else {}
            for more in ({}, {"sec_purpose": "prefetch", "purpose": "prefetch"}, {"hx_request": "true"}):
                answer = ask(site, method, address + query + own, full.token, **key, **more)
                assert answer.status < 500, answer.text[-500:]
    after = everything(site)
    assert [name for name in after if after[name] != before[name]] == []


def test_the_routes_were_reached(full: Full) -> None:
    """The addresses above lead to pages, not only to refusals."""
    site, known = full.place.site, full.known
    pages = [
        f"/ops/{full.place.slug}/phone?call={known['call'][0]}", f"/ops/{full.place.slug}/bookings",
        f"/ops/{full.place.slug}/bookings/{known['booking_id'][0]}", f"/book/{full.place.slug}/b/{known['token'][0]}",
        f"/book/{full.place.slug}/offer/{known['token'][1]}", f"/book/{full.place.slug}/w/{known['token'][2]}",
        f"/book/{full.place.slug}/details/{known['token'][3]}",
    ]  # fmt: skip
    assert {path: ask(site, "GET", path, full.token).status for path in pages} == dict.fromkeys(pages, 200)
    assert "is kept for you" not in ask(site, "GET", pages[0], full.token).text
