"""From the engine's decision to an outcome: who gets an answer, and who gets a person."""

from datetime import timedelta

import pytest
from rooms import NOON, request, venue
from test_lifecycle import booking

from maitred.domain.assignment import Alternative, Plan, Refuse, Seat
from maitred.domain.booking import ReasonCode, Source, State
from maitred.domain.outcome import Confirmed, Failed, NeedsReview, conclude, offers

PLAN = Plan(("T3",), "main", 4, 1.0, {"spare_seats": 1.0}, "optimal_fit")
REFUSED = Refuse("no_capacity", "Nothing is free.", {"free_sets": 0})
LATER = Alternative(NOON + timedelta(hours=1), PLAN, request(4, NOON + timedelta(hours=1), zone_preference="main"))


def test_a_seat_is_a_confirmation_with_its_rival() -> None:
    """A seat confirms, whoever booked, and keeps the next best for the record."""
    asked = booking(State.ASSIGNMENT_PENDING)
    assert conclude(asked, Seat(PLAN, None, 1), venue(), []) == Confirmed(PLAN, None)
    assert conclude(asked, Seat(PLAN, PLAN, 2), venue(), []) == Confirmed(PLAN, PLAN)


@pytest.mark.parametrize("code", ["no_capacity", "pacing_covers", "pacing_parties"])
@pytest.mark.parametrize("source", list(Source))
def test_lack_of_room_is_an_answer_for_guests_and_a_question_for_staff(source: Source, code: str) -> None:
    """Web, app and partner requests fail at once; phone and walk-in go to review; both say why and what else."""
    asked = booking(State.ASSIGNMENT_PENDING, source=source)
    outcome = conclude(asked, Refuse(code, "No.", {"free_sets": 0}), venue(), [LATER])
    assert type(outcome) is (NeedsReview if source in (Source.PHONE, Source.WALK_IN) else Failed)
    assert not isinstance(outcome, Confirmed)
    assert outcome.reason.code is ReasonCode(code)
    assert outcome.reason.data == {"free_sets": 0, "message": "No.", "alternatives": offers([LATER], venue(), source)}


@pytest.mark.parametrize(("party", "review"), [(7, False), (8, True), (9, True)])
def test_parties_of_the_review_size_go_to_a_person(party: int, *, review: bool) -> None:
    """From the venue's review size on, a refusal is a person's to give, a guest's own request or not."""
    asked = booking(State.ASSIGNMENT_PENDING, party_size=party)
    outcome = conclude(asked, REFUSED, venue(review_party_size=8), [])
    assert isinstance(outcome, NeedsReview) is review


def test_an_admitted_party_that_no_set_can_seat_any_more_goes_to_a_person() -> None:
    """The venue has changed since: that is our doing, so a guest is not simply refused."""
    asked = booking(State.ASSIGNMENT_PENDING)
    outcome = conclude(asked, Refuse("no_allowed_set", "None.", {}), venue(), [])
    assert isinstance(outcome, NeedsReview)
    assert outcome.reason.code is ReasonCode.NO_ALLOWED_SET


def test_an_offer_is_plain_values_with_the_hold_that_keeps_it() -> None:
    """An alternative travels as text and lists, in the venue's own time, with the body of the call that holds it."""
    (offer,) = offers([LATER], venue(timezone="Europe/Paris"), Source.APP)
    assert offer == {
        "starts_at": "2026-12-05T14:00:00+01:00",
        "tables": ["T3"],
        "zone": "main",
        "hold": {
            "party_size": 4,
            "starts_at": "2026-12-05T14:00:00+01:00",
            "accessible": False,
            "zone_preference": "main",
            "zone_required": False,
            "source": "app",
        },
    }


def test_a_party_that_a_person_looks_at_is_offered_no_hold() -> None:
    """A hold would be refused, so none is offered."""
    assert [one["hold"] for one in offers([LATER], venue(review_party_size=4), Source.WEB)] == [None]
