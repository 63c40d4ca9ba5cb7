"""`maitred users`: who may sign in, at the command line; and the rules of roles and PINs below it."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from house import VENUE
from typer.testing import CliRunner, Result

from maitred.cli import app
from maitred.domain.errors import Forbidden, InvalidInput, MaitredError, NotFound, Unauthenticated
from maitred.store import people
from maitred.store.database import Database
from maitred.usecases.members import (
    LastOwner,
    change_own_password,
    change_own_pin,
    end_session,
    give_role,
    invite,
    sessions_of,
    set_role,
    switch_person,
)
from maitred.usecases.people import (
    Person,
    Role,
    TryLater,
    add_person,
    change_password,
    choose_password,
    close_account,
    open_session,
    sign_in,
    signed_in,
)
from maitred.usecases.venues import import_venue

Run = Callable[..., Result]
On = Callable[[Callable[[Database], Awaitable[Any]]], Any]
PASSWORD: Final = "correct horse battery"


@pytest.fixture
def on(migrated_database: str) -> On:
    """Does something with the database of this test."""

    async def whole(work: Callable[[Database], Awaitable[Any]]) -> Any:
        database = await Database.connect(migrated_database)
        try:
            return await work(database)
        finally:
            await database.close()

    return lambda work: asyncio.run(whole(work))


@pytest.fixture
def run(migrated_database: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command of `maitred users` on the database of this test."""
    monkeypatch.setenv("MAITRED_DATABASE_URL", migrated_database)

    def command(*words: str, asked: str | None = None) -> Result:
        return CliRunner().invoke(app, ["users", *words], input=asked)

    return command


def _document(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


async def _restaurant(database: Database, slug: str = "inn") -> int:
    await import_venue(database, {**VENUE, "slug": slug}, caller_name="test")
    found = await people.restaurant_by_slug(database, slug)
    assert found is not None
    return found


def test_a_password_that_was_made_up_opens_the_door(run: Run, on: On) -> None:
    """`add` prints a password once, with which one signs in; it is in no list."""
    on(_restaurant)
    made = _document(run("add", "Ann@Example.org", "--role", "host", "--restaurant", "inn", "--json"))
    assert on(lambda db: sign_in(db, "ann@example.org", made["password"], "test", datetime.now(UTC)))
    listed = run("list", "--json").stdout
    assert made["password"] not in listed
    (one,) = json.loads(listed)
    assert (one["email"], one["roles"], one["has_password"]) == ("ann@example.org", ["inn:host"], True)


def test_a_role_in_every_restaurant_is_changed_and_taken(run: Run) -> None:
    """`role` gives, changes and takes; what is not there cannot be taken."""
    _document(run("add", "ann@example.org", "--role", "owner", "--no-password", "--json"))
    _document(run("role", "ann@example.org", "viewer", "--json"))
    assert "*:viewer" in run("list").stdout
    _document(run("role", "ann@example.org", "none", "--json"))
    assert "no role" in run("list").stdout
    assert isinstance(run("role", "ann@example.org", "none").exception, NotFound)


def test_a_new_password_by_prompt_ends_sessions(run: Run, on: On) -> None:
    """`password --ask` asks twice, says nothing back, and signs out everywhere; `sessions` and `revoke` follow."""
    made = _document(run("add", "ann@example.org", "--json"))
    token = on(lambda db: sign_in(db, "ann@example.org", made["password"], "a tablet", datetime.now(UTC)))
    assert "a tablet" in run("sessions", "ann@example.org").stdout
    changed = run("password", "ann@example.org", "--ask", asked=f"{PASSWORD}\n{PASSWORD}\n")
    assert changed.exit_code == 0
    assert PASSWORD not in changed.output
    assert on(lambda db: signed_in(db, token, datetime.now(UTC))) is None
    token = on(lambda db: sign_in(db, "ann@example.org", PASSWORD, "a phone", datetime.now(UTC)))
    _document(run("revoke", "ann@example.org", "--json"))
    assert on(lambda db: signed_in(db, token, datetime.now(UTC))) is None


def test_who_is_disabled_is_out(run: Run, on: On) -> None:
    """`disable` ends sessions and the password is worth nothing any more."""
    made = _document(run("add", "ann@example.org", "--json"))
    token = on(lambda db: sign_in(db, "ann@example.org", made["password"], "a tablet", datetime.now(UTC)))
    _document(run("disable", "ann@example.org", "--json"))
    assert on(lambda db: signed_in(db, token, datetime.now(UTC))) is None
    with pytest.raises(Unauthenticated):
        on(lambda db: sign_in(db, "ann@example.org", made["password"], "a tablet", datetime.now(UTC)))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "no-address"), "invalid_email"),
        (("add", "a@example.org", "--role", "king"), "unknown_value"),
        (("add", "a@example.org", "--role", "host", "--restaurant", "nowhere"), "not_found"),
        (("disable", "nobody@example.org"), "not_found"),
        (("sessions", "nobody@example.org"), "not_found"),
    ],
)
def test_bad_input_does_nothing(run: Run, words: tuple[str, ...], code: str) -> None:
    """What is wrong is named, and nobody was made."""
    fault = run(*words).exception
    assert isinstance(fault, MaitredError)
    assert fault.reason_code == code
    assert json.loads(run("list", "--json").stdout) == []


# -- roles ----------------------------------------------------------------------------------------------------------


async def _person(database: Database, name: str, place: int, role: Role) -> Person:
    person_id = await add_person(database, f"{name.lower()}@example.org", name, PASSWORD)
    await people.set_role(database, person_id, place, role)
    token = await open_session(database, person_id, "test", datetime.now(UTC))
    found = await signed_in(database, token, datetime.now(UTC))
    assert found is not None
    return found


def test_the_last_owner_stays(on: On) -> None:
    """Two owners who remove each other at once leave one; a last owner can neither go nor become less."""

    async def whole(database: Database) -> None:
        place = await _restaurant(database)
        ann = await _person(database, "Ann", place, Role.OWNER)
        bob = await _person(database, "Bob", place, Role.OWNER)
        done = await asyncio.gather(
            *(set_role(database, one.id, None, place) for one in (ann, bob)), return_exceptions=True
        )
        assert [type(one) for one in done if one is not None] == [LastOwner]
        (left,) = [one for one in await people.members(database, place) if one.role == "owner"]
        with pytest.raises(LastOwner):
            await set_role(database, left.id, Role.HOST, place)

    on(whole)


def test_an_invitation_makes_an_account_or_finds_one(on: On) -> None:
    """Somebody new gets a password, shown once; somebody known keeps theirs; a closed account stays closed."""

    async def whole(database: Database) -> None:
        inn, bar = await _restaurant(database), await _restaurant(database, "bar")
        made = await invite(database, "Ann@Example.org", "Ann", Role.HOST, inn)
        assert made.password is not None
        with pytest.raises(InvalidInput, match="not been used yet"):  # whoever made it knows its password
            await invite(database, "ann@example.org", "Somebody", Role.VIEWER, bar)
        token = await sign_in(database, "ann@example.org", made.password, "laptop", datetime.now(UTC))
        ann = await signed_in(database, token, datetime.now(UTC))
        assert ann is not None
        assert ann.must_choose
        await choose_password(database, ann, PASSWORD)
        ann = await signed_in(database, token, datetime.now(UTC))
        assert ann is not None
        with pytest.raises(Forbidden):
            await choose_password(database, ann, "yet another one")
        again = await invite(database, "ann@example.org", "Somebody", Role.VIEWER, bar)
        assert (again.id, again.name, again.password) == (made.id, "Ann", None)
        known = await people.known(database, "ann@example.org")
        assert known is not None
        assert known.roles == {inn: "host", bar: "viewer"}
        await people.disable(database, made.id)
        with pytest.raises(InvalidInput, match="closed"):
            await invite(database, "ann@example.org", "", Role.OWNER, inn)

    on(whole)


# -- the account and the tablet -------------------------------------------------------------------------------------


async def _with_pin(database: Database, name: str, place: int, role: Role, pin: str) -> Person:
    person = await _person(database, name, place, role)
    await change_own_pin(database, person, PASSWORD, pin, datetime.now(UTC))
    return person


def test_a_pin_switches_the_person_within_one_restaurant(on: On) -> None:
    """The tablet acts as who typed the PIN: in this restaurant only, as a manager at most, and not on their account."""

    async def whole(database: Database) -> None:
        now, inn, bar = datetime.now(UTC), await _restaurant(database), await _restaurant(database, "bar")
        host = await _person(database, "Host", inn, Role.HOST)
        token = await open_session(database, host.id, "tablet", now)
        tablet = await signed_in(database, token, now)
        assert tablet is not None
        owner = await _with_pin(database, "Owner", inn, Role.OWNER, "2468")
        await people.set_role(database, owner.id, bar, Role.OWNER)
        assert await switch_person(database, tablet, owner.id, "2468", inn, now) == "Owner"
        acting = await signed_in(database, token, now)
        assert acting is not None
        assert (acting.name, acting.roles, acting.acting) == ("Owner", {inn: Role.MANAGER}, True)
        for attempt in (
            lambda: change_own_password(database, acting, PASSWORD, "another password", now),
            lambda: change_own_pin(database, acting, PASSWORD, None, now),
            lambda: end_session(database, acting, owner.session_id),
        ):
            with pytest.raises(Forbidden):
                await attempt()
        assert await sessions_of(database, acting) == []

    on(whole)


def test_tries_at_once_are_counted_as_tries_in_a_row(on: On) -> None:
    """Of thirty PINs and thirty passwords sent at the same moment five are looked at; the others wait."""

    async def whole(database: Database) -> None:
        now, inn = datetime.now(UTC), await _restaurant(database)
        tablet = await _person(database, "Host", inn, Role.HOST)
        ann = await _with_pin(database, "Ann", inn, Role.HOST, "1234")
        pins = [switch_person(database, tablet, ann.id, f"{n:04}", inn, now) for n in range(30)]
        tried = await asyncio.gather(*pins, return_exceptions=True)
        assert Counter(type(one) for one in tried) == {Unauthenticated: 5, TryLater: 25}
        for email in (ann.email, "nobody@example.org"):  # one that nobody has tells no more
            words = [sign_in(database, email, f"wrong password {n}", "", now) for n in range(30)]
            tried = await asyncio.gather(*words, return_exceptions=True)
            assert Counter(type(one) for one in tried) == {Unauthenticated: 5, TryLater: 25}

    on(whole)


def test_who_is_locked_out_at_the_sign_in_still_has_their_pin(on: On) -> None:
    """Somebody who keeps trying an address from outside stops nobody at the tablet, nor in their account."""

    async def whole(database: Database) -> None:
        now, inn = datetime.now(UTC), await _restaurant(database)
        tablet = await _person(database, "Host", inn, Role.HOST)
        ann = await _with_pin(database, "Ann", inn, Role.HOST, "1234")
        for _ in range(6):
            with pytest.raises((Unauthenticated, TryLater)):
                await sign_in(database, ann.email, "wrong password", "", now)
        assert await switch_person(database, tablet, ann.id, "1234", inn, now) == "Ann"
        await change_own_password(database, ann, PASSWORD, "another password", now)
        assert await sign_in(database, ann.email, "another password", "", now)  # a new password counts anew

    on(whole)


@pytest.mark.parametrize("what", ["password", "pin"])
def test_a_tablet_stops_acting_for_who_changes_password_or_pin(on: On, what: str) -> None:
    """Whoever fears that their PIN is known ends what was begun with it."""

    async def whole(database: Database) -> None:
        now, inn = datetime.now(UTC), await _restaurant(database)
        host = await _person(database, "Host", inn, Role.HOST)
        token = await open_session(database, host.id, "tablet", now)
        tablet = await signed_in(database, token, now)
        assert tablet is not None
        ann = await _with_pin(database, "Ann", inn, Role.MANAGER, "1234")
        await switch_person(database, tablet, ann.id, "1234", inn, now)
        if what == "password":
            await change_own_password(database, ann, PASSWORD, "another password", now)
        else:
            await change_own_pin(database, ann, PASSWORD, None, now)
        after = await signed_in(database, token, now)
        assert after is not None
        assert (after.name, after.acting) == ("Host", False)

    on(whole)


def test_two_owners_who_remove_each_other_at_once_leave_one(on: On) -> None:
    """Roles of a restaurant change one after the other."""

    async def whole(database: Database) -> None:
        inn = await _restaurant(database)
        one, two = [await _person(database, name, inn, Role.OWNER) for name in ("One", "Two")]
        done = await asyncio.gather(
            *(set_role(database, person.id, None, inn) for person in (one, two)), return_exceptions=True
        )
        assert sorted(type(result).__name__ for result in done) == ["LastOwner", "NoneType"]

    on(whole)


def test_wrong_pins_make_the_person_wait(on: On) -> None:
    """After five wrong PINs even the right one waits; somebody without a role or a PIN here cannot be chosen."""

    async def whole(database: Database) -> None:
        now, inn, bar = datetime.now(UTC), await _restaurant(database), await _restaurant(database, "bar")
        tablet = await _person(database, "Host", inn, Role.HOST)
        ann = await _with_pin(database, "Ann", inn, Role.HOST, "1234")
        for _ in range(5):
            with pytest.raises(Unauthenticated):
                await switch_person(database, tablet, ann.id, "0000", inn, now)
        with pytest.raises(TryLater):
            await switch_person(database, tablet, ann.id, "1234", inn, datetime.now(UTC))
        stranger = await _with_pin(database, "Stranger", bar, Role.OWNER, "1234")
        for one in (stranger.id, tablet.id):
            with pytest.raises(NotFound):
                await switch_person(database, tablet, one, "1234", inn, now)

    on(whole)


@pytest.mark.parametrize("leaves", ["acting", "tablet"])
def test_a_switched_tablet_ends_with_either_person(on: On, leaves: str) -> None:
    """When who acts is disabled, or whose session it is loses the role here, the tablet is signed out."""

    async def whole(database: Database) -> None:
        now, inn = datetime.now(UTC), await _restaurant(database)
        host = await _person(database, "Host", inn, Role.HOST)
        token = await open_session(database, host.id, "tablet", now)
        tablet = await signed_in(database, token, now)
        assert tablet is not None
        ann = await _with_pin(database, "Ann", inn, Role.HOST, "1234")
        await switch_person(database, tablet, ann.id, "1234", inn, now)
        if leaves == "acting":
            await people.disable(database, ann.id)
        else:
            await people.drop_role(database, host.id, inn)
        assert await signed_in(database, token, now) is None

    on(whole)


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "١٢٣٤", "1234 "])
def test_a_pin_is_four_to_eight_digits(on: On, pin: str) -> None:
    """Anything else is refused, and no PIN is set."""

    async def whole(database: Database) -> None:
        person = await _person(database, "Ann", await _restaurant(database), Role.HOST)
        with pytest.raises(InvalidInput, match="4 to 8 digits"):
            await change_own_pin(database, person, PASSWORD, pin, datetime.now(UTC))
        found = await people.by_id(database, person.id)
        assert found is not None
        assert found.pin_hash is None

    on(whole)


def test_the_present_password_is_asked_for(on: On) -> None:
    """A tablet left open is no way to a new password; the right one ends every other session."""

    async def whole(database: Database) -> None:
        now = datetime.now(UTC)
        person = await _person(database, "Ann", await _restaurant(database), Role.HOST)
        other = await open_session(database, person.id, "elsewhere", now)
        with pytest.raises(InvalidInput, match="present password"):
            await change_own_password(database, person, "a wrong one", "another password", now)
        await change_own_password(database, person, PASSWORD, "another password", now)
        assert await signed_in(database, other, now) is None
        assert [one["id"] for one in await sessions_of(database, person)] == [person.session_id]

    on(whole)


def test_a_wrong_present_password_is_counted(on: On) -> None:
    """Five wrong ones and even the right one waits; the sign-in and the PIN are counted apart."""

    async def whole(database: Database) -> None:
        now, inn = datetime.now(UTC), await _restaurant(database)
        tablet = await _person(database, "Host", inn, Role.HOST)
        ann = await _with_pin(database, "Ann", inn, Role.HOST, "1234")
        for _ in range(5):
            with pytest.raises(InvalidInput, match="present password"):
                await change_own_password(database, ann, "a wrong one", "another password", now)
        with pytest.raises(TryLater):
            await change_own_password(database, ann, PASSWORD, "another password", now)
        with pytest.raises(TryLater):
            await change_own_pin(database, ann, PASSWORD, None, now)
        assert await sign_in(database, ann.email, PASSWORD, "", now)
        assert await switch_person(database, tablet, ann.id, "1234", inn, now) == "Ann"

    on(whole)


def test_present_passwords_tried_at_once_are_counted(on: On) -> None:
    """Of twenty guesses sent at the same moment from a session left open five are looked at."""

    async def whole(database: Database) -> None:
        now = datetime.now(UTC)
        ann = await _person(database, "Ann", await _restaurant(database), Role.HOST)
        words = [change_own_password(database, ann, f"wrong password {n}", "my own long one", now) for n in range(20)]
        tried = await asyncio.gather(*words, return_exceptions=True)
        assert Counter(type(one) for one in tried) == {InvalidInput: 5, TryLater: 15}

    on(whole)


def test_an_address_that_nobody_has_answers_like_one_that_somebody_has(on: On) -> None:
    """The same refusals in the same order and words, also for a closed account and one without a password."""

    async def tried(database: Database, email: str) -> list[tuple[str, str]]:
        said = []
        for _ in range(6):
            with pytest.raises((Unauthenticated, TryLater)) as fault:
                await sign_in(database, email, "wrong password", "", datetime.now(UTC))
            said.append((type(fault.value).__name__, str(fault.value)))
        return said

    async def whole(database: Database) -> None:
        inn = await _restaurant(database)
        known, closed = (
            await _person(database, "Known", inn, Role.HOST),
            await _person(database, "Shut", inn, Role.HOST),
        )
        await close_account(database, closed.id)
        await add_person(database, "elsewhere@example.org", "Elsewhere", None)
        addresses = (known.email, "nobody@example.org", closed.email, "elsewhere@example.org")
        first, *others = [await tried(database, email) for email in addresses]
        assert [name for name, _ in first] == ["Unauthenticated"] * 5 + ["TryLater"]
        assert others == [first] * 3

    on(whole)


@pytest.mark.parametrize("how", ["by an owner", "by the operator", "disabled"])
def test_a_tablet_stops_acting_for_who_may_not_any_more(on: On, how: str) -> None:
    """It is its own person's again; a role that is given back brings nothing back. Elsewhere they go on acting."""

    async def whole(database: Database) -> None:
        now, inn, bar = datetime.now(UTC), await _restaurant(database), await _restaurant(database, "bar")
        host, barkeeper = (
            await _person(database, "Host", inn, Role.HOST),
            await _person(database, "Bar", bar, Role.HOST),
        )
        ann = await _with_pin(database, "Ann", inn, Role.MANAGER, "1234")
        await people.set_role(database, ann.id, bar, Role.MANAGER)
        tokens = [await open_session(database, one.id, "tablet", now) for one in (host, barkeeper)]
        for token, place in zip(tokens, (inn, bar), strict=True):
            tablet = await signed_in(database, token, now)
            assert tablet is not None
            await switch_person(database, tablet, ann.id, "1234", place, now)
        if how == "by an owner":
            await set_role(database, ann.id, None, inn)
        elif how == "by the operator":
            await give_role(database, ann.email, None, "inn")
        else:
            await close_account(database, ann.id)
        await people.set_role(database, ann.id, inn, Role.MANAGER)
        here, there = [await signed_in(database, token, now) for token in tokens]
        assert here is not None
        assert there is not None
        assert (here.name, here.acting) == ("Host", False)
        assert there.name == ("Bar" if how == "disabled" else "Ann")

    on(whole)


def test_roles_of_a_restaurant_wait_for_each_other(on: On) -> None:
    """While one owner's role is being taken, another's is not looked at; then it is the last one's."""

    async def whole(database: Database) -> None:
        inn = await _restaurant(database)
        one, two = [await _person(database, name, inn, Role.OWNER) for name in ("One", "Two")]
        async with database.transaction() as first:
            await people.lock_roles(first, inn)
            assert await people.write_role(first, one.id, inn, None)
            second = asyncio.create_task(set_role(database, two.id, None, inn))
            done, _ = await asyncio.wait([second], timeout=1)
            assert not done  # it waits
        with pytest.raises(LastOwner):
            await second

    on(whole)


# -- the first password ---------------------------------------------------------------------------------------------


async def _let_in(database: Database, place: int) -> tuple[Person, str]:
    made = await invite(database, "ann@example.org", "Ann", Role.MANAGER, place)
    assert made.password is not None
    token = await sign_in(database, "ann@example.org", made.password, "laptop", datetime.now(UTC))
    person = await signed_in(database, token, datetime.now(UTC))
    assert person is not None
    return person, made.password


def test_a_first_password_is_not_chosen_again(on: On) -> None:
    """Whoever let them in has seen it: it is no password of one's own, and they still have to choose."""

    async def whole(database: Database) -> None:
        ann, password = await _let_in(database, await _restaurant(database))
        with pytest.raises(InvalidInput, match="came with"):
            await choose_password(database, ann, password)
        token = await sign_in(database, ann.email, password, "laptop", datetime.now(UTC))
        still = await signed_in(database, token, datetime.now(UTC))
        assert still is not None
        assert still.must_choose

    on(whole)


def test_an_operators_password_is_ones_own_unless_it_is_a_first_one(run: Run, on: On) -> None:
    """`add` and `password` open everything; with --first they open the choice of another, and no tablet by PIN."""

    async def chooses(database: Database, password: str) -> bool:
        token = await sign_in(database, "ann@example.org", password, "test", datetime.now(UTC))
        found = await signed_in(database, token, datetime.now(UTC))
        assert found is not None
        return found.must_choose

    def must(made: Any) -> bool:
        return bool(on(lambda db: chooses(db, made["password"])))

    _document(run("add", "bob@example.org", "--first", "--no-password", "--json"))  # has nothing to change
    bob = on(lambda db: people.any_by_email(db, "bob@example.org"))
    assert not bob.first_password
    assert must(_document(run("add", "ann@example.org", "--first", "--json")))
    assert not must(_document(run("password", "ann@example.org", "--json")))
    assert must(_document(run("password", "ann@example.org", "--first", "--json")))
    assert not must(_document(run("password", "ann@example.org", "--json")))


def test_a_pin_chooses_no_password(on: On) -> None:
    """Who has a first password cannot be chosen at a tablet, and who acts by PIN can choose no password."""

    async def whole(database: Database) -> None:
        now, inn = datetime.now(UTC), await _restaurant(database)
        tablet = await _person(database, "Host", inn, Role.HOST)
        ann = await _with_pin(database, "Ann", inn, Role.MANAGER, "1234")
        await change_password(database, ann.id, "a first password", first=True)
        with pytest.raises(NotFound):
            await switch_person(database, tablet, ann.id, "1234", inn, now)
        with pytest.raises(Forbidden):
            await choose_password(database, replace(ann, acting=True, must_choose=True), "another password")

    on(whole)
