"""Forms with a ticket: done once however often they are sent, and done at the next try when a try came to nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

import pytest
from asking import Answer, ask, contents
from site_of_tests import Place

from maitred.usecases.people import Role

FORMS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "seat at the door": ("now/seat", {"party": "2 khan"}),
    "wait at the door": ("now/queue", {"party": "2 khan", "quoted_from": "5", "quoted_to": "10"}),
    "seat at a table": ("floor/tables/T1/walk-in", {"party_size": "2", "name": "Khan"}),
    "send a sample": ("messages/preview/send", {"kind": "confirmed", "lang": "en"}),
}
WRITES: Final = {
    "seat at the door": "bookings",
    "wait at the door": "door_queue",
    "seat at a table": "allocations",
    "send a sample": "messages",
}
FAULTS: Final = {
    "a fault of the database": "RAISE EXCEPTION 'the disk is full'",
    "a refusal of the database": "RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'",
    "a lost connection": "PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(30)",
}


def send(place: Place, form: str, ticket: str) -> Answer:
    """Send a form of the host's, as a script does."""
    path, fields = FORMS[form]
    sent = {**fields, "ticket": ticket}
    return ask(place.site, "POST", f"/ops/{place.slug}/{path}", place.person(Role.HOST), sent, hx_request="true")


def made(place: Place) -> int:
    """Return how much the forms have made."""
    counted = " + ".join(
        f"(SELECT count(*) FROM maitred.{table} WHERE restaurant_id = $1)"
        for table in ("bookings", "door_queue", "messages")
    )
    return int(place.site.run(lambda: place.desk.database.fetchval(f"SELECT {counted}", place.number)))


@contextmanager
def failing(place: Place, table: str, how: str) -> Iterator[None]:
    """Let every insert into a table fail in some way, at the end of its transaction's work."""
    database = place.desk.database
    place.site.run(lambda: database.execute(
        f"CREATE FUNCTION maitred.fail() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {how}; RETURN NULL; END$$"
    ))  # fmt: skip
    place.site.run(lambda: database.execute(
        f"CREATE TRIGGER failing AFTER INSERT ON maitred.{table} FOR EACH ROW EXECUTE FUNCTION maitred.fail()"
    ))  # fmt: skip
    try:
        yield
    finally:
        place.site.run(lambda: database.execute("DROP FUNCTION maitred.fail() CASCADE"))


@pytest.mark.parametrize("how", FAULTS)
@pytest.mark.parametrize("form", FORMS)
def test_what_failed_is_done_when_it_is_sent_again(place: Place, form: str, how: str) -> None:
    """Whatever stops a form, nothing of it is kept; the same form sent again is done, and then it is done."""
    place.person(Role.HOST)
    before, ticket = contents(place), uuid4().hex
    with failing(place, WRITES[form], FAULTS[how]):
        assert send(place, form, ticket).status >= 400
    assert contents(place) == before
    again = send(place, form, ticket)
    assert again.status == 200
    assert "Already submitted." not in again.text
    count = made(place)
    assert count > 0
    third = send(place, form, ticket)
    assert (third.status, "Already submitted." in third.text) == (200, True)
    assert made(place) == count


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_is_refused_is_done_once_it_is_put_right(place: Place, form: str) -> None:
    """What was refused by name may be corrected in the same form."""
    ticket = uuid4().hex
    path, fields = FORMS[form]
    wrong = {**dict.fromkeys(fields, "nonsense"), "ticket": ticket}
    host = place.person(Role.HOST)
    assert ask(place.site, "POST", f"/ops/{place.slug}/{path}", host, wrong, hx_request="true").status == 422
    right = send(place, form, ticket)
    assert right.status == 200
    assert "Already submitted." not in right.text


@pytest.mark.parametrize("form", FORMS)
def test_eight_presses_at_once_do_it_once(place: Place, form: str) -> None:
    """Of many requests with one ticket one does the work, and every other is told that it is done."""
    place.person(Role.HOST)
    ticket = uuid4().hex
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(place, form, ticket), range(8)))
    assert [answer.status for answer in answers] == [200] * 8
    assert sum("Already submitted." not in answer.text for answer in answers) == 1
    count = made(place)
    send(place, form, ticket)
    assert made(place) == count
