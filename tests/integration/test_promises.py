"""What was promised or is being worked on holds on every way to a table, whoever takes it."""

import pytest
from house import Inn, evening

from maitred.domain.errors import NeedsOverride, Pinned
from maitred.usecases.accept import Override
from maitred.usecases.moves import ByHand, move_by_hand, pin
from maitred.usecases.seat import seat_at

AT = evening()


async def test_seating_elsewhere_asks_before_it_breaks_a_promised_zone(inn: Inn) -> None:
    """Without the override nothing changes; with it the party sits, and the booking says what was set aside."""
    one = await inn.seat(3, zone_preference="patio", zone_promised=True)
    before = await inn.rows()
    with pytest.raises(NeedsOverride) as asked:
        await seat_at(inn.desk, one.booking.id, ["A3"], caller=inn.caller, at=AT)
    assert [rule["code"] for rule in asked.value.data["rules"]] == ["promised_zone"]
    assert await inn.rows() == before
    override = Override(frozenset({"promised_zone"}), "It rains.")
    await seat_at(inn.desk, one.booking.id, ["A3"], caller=inn.caller, at=AT, override=override)
    booking = (await inn.view(one.booking.id)).booking
    assert (booking.promised_zone, booking.overridden_rules) == (None, {"promised_zone"})


async def test_a_pinned_party_is_seated_at_its_own_tables_only(inn: Inn) -> None:
    """Elsewhere it is refused and nothing changes; where it was promised it sits down."""
    one = await inn.seat(3)
    await pin(inn.desk, one.booking.id, "A regular.", tables=None, caller=inn.caller)
    before = await inn.rows()
    elsewhere = next(table for table in ("A3", "B1") if (table,) != one.tables)
    with pytest.raises(Pinned):
        await seat_at(inn.desk, one.booking.id, [elsewhere], caller=inn.caller, at=AT)
    assert await inn.rows() == before
    assert (await seat_at(inn.desk, one.booking.id, one.tables, caller=inn.caller, at=AT)).state == "checked_in"


async def test_what_was_set_aside_once_is_kept_and_not_asked_again(inn: Inn) -> None:
    """The override of a move by hand is enough to sit down at these tables."""
    one, override = await inn.seat(2), Override(frozenset({"min_party"}), "Nothing else.")
    await move_by_hand(inn.desk, one.booking.id, ["B1"], caller=inn.caller, hand=ByHand(override=override))
    await seat_at(inn.desk, one.booking.id, ["B1"], caller=inn.caller, at=AT)
    assert (await inn.view(one.booking.id)).booking.overridden_rules == {"min_party"}
