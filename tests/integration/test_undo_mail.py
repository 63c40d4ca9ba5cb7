"""Mail about what staff can still take back waits, and is never sent once it is taken back: over a real mail server."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from house import evening, other
from post_office import Post, post

from mail_server import mail
from maitred.domain.errors import Contended
from maitred.domain.events import Event
from maitred.domain.lifecycle import Action
from maitred.usecases.blocks import Closing, block_table, lose_table, undo_closing
from maitred.usecases.desk import Policy
from maitred.usecases.door import act
from maitred.usecases.messages import SUBSCRIBER, tell
from maitred.usecases.modify import Changes, modify_booking
from maitred.usecases.review import decline, force_confirm
from maitred.usecases.undo import undo
from maitred.workers.subscriptions import SUBSCRIPTIONS

__all__ = ["mail", "post"]  # fixtures
SOON, LATER = timedelta(seconds=7), timedelta(seconds=9)


@pytest.fixture
def office(post: Post) -> Post:
    """An inn as it is deployed: mail waits eight seconds for staff to think again."""
    post.inn = post.inn.with_policy(undo_wait_s=Policy().undo_wait_s)
    return post


async def booked(post: Post, who: str = "ada", party: int = 2) -> UUID:
    """A guest's booking of which they have been told."""
    booking = await post.book(who, "en", party)
    assert "your table" in (await post.one(f"{who}@example.com")).subject
    return booking


async def after(post: Post, wait: timedelta) -> list[str]:
    """The subjects of what arrives some time later."""
    post.ahead += wait
    return [one.subject for one in await post.deliver() if one.recipient != "staff@example.com"]


async def fates(post: Post, booking: UUID) -> list[tuple[str, str, str | None]]:
    """Each message of a booking: its kind, its state and why."""
    rows = await post.inn.desk.database.fetch(
        "SELECT kind, state, reason FROM maitred.messages WHERE booking_id = $1 AND audience = 'guest' ORDER BY seq",
        booking,
    )
    return [(row["kind"], row["state"], row["reason"]) for row in rows]


async def cancel(post: Post, booking: UUID) -> None:
    """Cancel by staff."""
    await act(post.inn.desk, booking, Action.CANCEL, caller=post.inn.caller)


async def test_the_mail_of_a_cancellation_waits_and_then_leaves_once(office: Post) -> None:
    """Not within seven seconds; after nine it is there, and never again."""
    booking = await booked(office)
    await cancel(office, booking)
    assert await after(office, timedelta()) == []
    assert await after(office, SOON) == []
    assert len(await after(office, LATER - SOON)) == 1
    assert await after(office, LATER) == []
    assert await fates(office, booking) == [("confirmed", "sent", None), ("cancelled", "sent", None)]


@pytest.mark.parametrize("planned", [True, False], ids=["planned before the undo", "heard of after the undo"])
async def test_what_is_undone_is_never_mailed_nor_its_undo(office: Post, *, planned: bool) -> None:
    """Nothing leaves, and the record says why; the guest believes what was always so."""
    booking = await booked(office)
    await cancel(office, booking)
    if planned:
        assert await after(office, SOON) == []
    await undo(office.inn.desk, booking, caller=office.inn.caller)
    assert await after(office, LATER) == []
    assert await after(office, LATER) == []
    assert await fates(office, booking) == [("confirmed", "sent", None), ("cancelled", "dropped", "taken_back")]


async def test_an_undo_after_the_mail_has_left_is_told(office: Post) -> None:
    """A guest who has read that they are cancelled reads that they are not."""
    booking = await booked(office)
    await cancel(office, booking)
    assert await after(office, timedelta()) == []
    assert len(await after(office, LATER)) == 1
    await undo(office.inn.desk, booking, caller=office.inn.caller)
    assert await after(office, timedelta()) == [
        f"The Inn: your table on {evening():%a} {evening().day} {evening():%b}, 19:00"
    ]


async def test_a_guests_own_act_is_mailed_at_once(office: Post) -> None:
    """Nobody takes it back for them by a slip of a key."""
    booking = await booked(office)
    guest = replace(other(office.inn.caller, "guest"), scopes=frozenset({"bookings:write"}))
    await modify_booking(office.inn.desk, booking, Changes(party_size=3), caller=guest)
    assert len(await after(office, timedelta())) == 1
    await act(office.inn.desk, booking, Action.CANCEL, caller=guest)
    assert len(await after(office, timedelta())) == 1


async def test_a_changed_time_that_is_changed_back_by_undo_is_no_news(office: Post) -> None:
    """Half an hour later, undone, half an hour earlier, kept: the guest hears of the last alone."""
    booking = await booked(office)
    later, earlier = evening("19:30"), evening("18:30")
    await modify_booking(office.inn.desk, booking, Changes(starts_at=later), caller=office.inn.caller)
    await after(office, timedelta(seconds=3))
    await undo(office.inn.desk, booking, caller=office.inn.caller)
    await modify_booking(office.inn.desk, booking, Changes(starts_at=earlier), caller=office.inn.caller)
    assert len(await after(office, timedelta(seconds=3))) == 0
    assert len(await after(office, LATER)) == 1
    assert await fates(office, booking) == [
        ("confirmed", "sent", None), ("changed", "dropped", "taken_back"), ("changed", "sent", None),
    ]  # fmt: skip


async def test_a_confirmation_by_hand_waits_and_a_refusal_does_not(office: Post) -> None:
    """A refusal is final: nobody takes it back, so it is told at once. Undone in time, a confirmation never was."""
    first, second = [await office.book(who, "en", 8) for who in ("bo", "cy")]
    assert len(await after(office, timedelta())) == 2
    await force_confirm(office.inn.desk, first, ["A1", "A2", "A3"], caller=office.inn.caller)
    await decline(office.inn.desk, second, caller=office.inn.caller)
    assert [await fates(office, one) for one in await told_of(office)] == [
        [("under_review", "sent", None), ("confirmed_after_wait", "pending", None)],
        [("under_review", "sent", None), ("declined", "sent", None)],
    ]
    await undo(office.inn.desk, first, caller=office.inn.caller)
    assert await after(office, LATER) == []
    assert await fates(office, first) == [
        ("under_review", "sent", None), ("confirmed_after_wait", "dropped", "taken_back"),
    ]  # fmt: skip


@pytest.mark.parametrize("planned", [True, False], ids=["planned before the undo", "heard of after the undo"])
async def test_what_the_house_decides_for_staff_waits_as_well(office: Post, *, planned: bool) -> None:
    """A review is made smaller by staff and seated by the engine: its mail waits, and is dropped if that is undone."""
    booking = await office.book("bo", "en", 8)
    assert len(await after(office, timedelta())) == 1
    await modify_booking(office.inn.desk, booking, Changes(party_size=2), caller=office.inn.caller)
    await office.inn.decide()
    assert (await office.inn.view(booking)).booking.state == "confirmed"
    if planned:
        assert await after(office, SOON) == []
    await undo(office.inn.desk, booking, caller=office.inn.caller)
    assert await after(office, LATER) == []
    assert {state for _, state, reason in await fates(office, booking) if reason == "taken_back"} == {"dropped"}
    assert [kind for kind, state, _ in await fates(office, booking) if state == "sent"] == ["under_review"]


async def test_what_the_house_decides_for_staff_is_told_when_it_stands(office: Post) -> None:
    """Once, when nobody has taken it back."""
    booking = await office.book("bo", "en", 8)
    assert len(await after(office, timedelta())) == 1
    await modify_booking(office.inn.desk, booking, Changes(party_size=2), caller=office.inn.caller)
    await office.inn.decide()
    assert await after(office, SOON) == []
    assert len(await after(office, LATER)) == 1
    assert await after(office, LATER) == []


async def told_of(post: Post) -> list[UUID]:
    """The bookings, in order, once everything that happened was told of."""
    await post.deliver()
    rows = await post.inn.desk.database.fetch("SELECT id FROM maitred.bookings ORDER BY arrival")
    return [row["id"] for row in rows]


@pytest.mark.parametrize("attempt", range(6))
async def test_whoever_is_first_of_planning_and_undoing_nothing_leaves(office: Post, attempt: int) -> None:
    """Planned while it is taken back: whichever commits first, the message is dropped, and neither is stuck."""
    booking = await booked(office, f"guest{attempt}")
    await cancel(office, booking)
    row = await office.inn.desk.database.fetchrow(
        "SELECT event FROM maitred.outbox WHERE booking_id = $1 ORDER BY id DESC LIMIT 1", booking
    )
    assert row is not None
    event = Event.from_envelope(row["event"])
    assert event.type in SUBSCRIPTIONS[SUBSCRIBER]

    async def plan() -> None:
        await asyncio.sleep(attempt / 1000)
        await tell(office.inn.desk, event)

    done = await asyncio.gather(
        plan(), undo(office.inn.desk, booking, caller=office.inn.caller), return_exceptions=True
    )
    assert not [one for one in done if isinstance(one, BaseException) and not isinstance(one, Contended)]
    assert not isinstance(done[1], BaseException)
    assert await after(office, LATER) == []
    assert await fates(office, booking) == [("confirmed", "sent", None), ("cancelled", "dropped", "taken_back")]


async def test_what_staff_did_together_is_taken_back_together(office: Post) -> None:
    """Two were moved when a table was closed: neither hears of it."""
    booking = await office.book("eve", "en", 2, zone_preference="patio", zone_promised=True)
    await after(office, timedelta())
    closing = Closing("P1", evening("18:00"), evening("22:00"), "Wet.")
    done = await block_table(office.inn.desk, office.inn.place, closing, caller=office.inn.caller)
    await undo_closing(office.inn.desk, office.inn.place, done.block.id, caller=office.inn.caller)
    assert await after(office, LATER) == []
    assert (await office.inn.view(booking)).tables == ("P1",)


@pytest.mark.parametrize("planned", [True, False], ids=["planned before the undo", "heard of after the undo"])
async def test_staff_hear_nothing_of_a_loss_that_is_taken_back(office: Post, *, planned: bool) -> None:
    """No mail about a review that is none any more; one that stays is told after its eight seconds."""
    booking, inn = await booked(office), office.inn
    own = (await inn.view(booking)).tables
    for table in sorted(set(inn.place.floor.tables) - set(own)):
        await block_table(
            inn.desk, inn.place, Closing(table, evening("12:00"), evening("23:00"), "Wet."), caller=inn.caller
        )
    await office.deliver()
    await lose_table(inn.desk, booking, caller=inn.caller, expected_version=None)
    assert await inn.state(booking) == "manual_review"
    if planned:
        assert await office.deliver() == []
    await undo(inn.desk, booking, caller=inn.caller)
    office.ahead += LATER
    assert await office.deliver() == []
    office.ahead += timedelta(minutes=10)  # what is told together is told in another message
    await lose_table(inn.desk, booking, caller=inn.caller, expected_version=None)
    assert await office.deliver() == []
    office.ahead += LATER
    assert [one.recipient for one in await office.deliver()] == ["staff@example.com"]
