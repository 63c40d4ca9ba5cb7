"""What a house could seat, as the measure of how full it is."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest
from rooms import venue

from maitred.domain.heat import By, Span, cells

SATURDAY = date(2026, 12, 5)


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of the Saturday."""
    return datetime(2026, 12, 5, hour, minute, tzinfo=UTC)


def capacities(by: By, blocks: Mapping[str, list[Span]] | None = None) -> list[int]:
    """The Saturday's capacities."""
    return [cell.capacity for cell in cells(venue(), SATURDAY, by, blocks or {})]


def test_a_service_seats_its_tables_as_often_as_a_turn_fits() -> None:
    """Three tables of 2 and two of 4 turn twice at lunch, the 6 once; at dinner three times and twice."""
    assert capacities("service") == [3 * 2 * 2 + 2 * 4 * 2 + 6, 3 * 2 * 3 + 2 * 4 * 3 + 6 * 2]


@pytest.mark.parametrize(
    ("closed", "lost"),
    [
        ((at(12), at(13, 30)), 4),  # one turn is left, from 13:30
        ((at(13), at(13, 10)), 4),  # nothing fits before, one turn behind
        ((at(11), at(17)), 8),
        ((at(15, 5), at(17)), 0),  # the second turn ends at 15:05
        ((at(15, 4), at(17)), 4),
        ((at(10), at(12)), 0),
    ],
)
def test_a_closed_table_loses_the_turns_that_do_not_fit_beside_it(closed: Span, lost: int) -> None:
    """A table of 4, closed for a part of lunch."""
    assert capacities("service", {"T3": [closed]})[0] == 34 - lost


def test_an_hour_offers_the_seats_of_open_tables_for_the_part_that_is_open() -> None:
    """20 seats; none between the services, half of them in the last half hour, and a closed table's counts off."""
    assert capacities("hour") == [20, 20, 20, 20, 0, 0, 20, 20, 20, 20, 20, 10]
    assert capacities("hour", {"P2": [(at(12), at(12, 30)), (at(12, 20), at(12, 40))]})[0] == 16
    assert capacities("hour", {"P2": [(at(16), at(18))]}) == capacities("hour")


def test_a_closed_day_is_one_cell_that_seats_nobody() -> None:
    """Whoever is booked there all the same still counts somewhere."""
    closed = venue(closures=[{"from": "2026-12-05", "to": "2026-12-05", "reason": "Party"}])
    (cell,) = cells(closed, SATURDAY, "service", {})
    assert (cell.name, cell.capacity) == (None, 0)
    assert cell.counts[0] < at(5) < cell.counts[1]


def test_the_services_of_a_day_leave_no_gap() -> None:
    """A party between lunch and dinner counts at lunch, one before opening too, one after closing at dinner."""
    lunch, dinner = cells(venue(), SATURDAY, "service", {})
    assert lunch.counts[0] < at(6)
    assert lunch.counts[1] == dinner.counts[0] == at(18)
    assert dinner.counts[1] > at(23, 59)
