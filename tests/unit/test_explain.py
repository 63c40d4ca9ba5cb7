"""Explanations: what decided, what stands in the way and why it stays, what would help, and who may read what."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from rooms import NOON, bare_venue, request, venue

from maitred.domain.assignment import MOVES, NO_MOVES, Refuse, Seat, decide, fixes
from maitred.domain.assignment.explain import explain
from maitred.domain.assignment.obstacles import Known
from maitred.domain.assignment.scoring import TERMS
from maitred.domain.assignment.words import TERM_WORDS, say, span
from maitred.domain.availability import Movable, Occupancy, Seated, Snapshot
from maitred.domain.floor import Floor
from maitred.domain.venue import Join, PacingRule, Table, TableBlock

HOUR = timedelta(hours=1)
SOON = NOON - 3 * HOUR
PAIR = bare_venue([Table("A", "x", 2), Table("B", "x", 2), Table("C", "y", 4)], joins=(Join("A", "B"),))


def booked(tables: str, owner: str, starts_at=NOON, ends_at=NOON + HOUR, kind="booking") -> list[Occupancy]:
    return [Occupancy(table, starts_at, ends_at, kind, owner) for table in tables]


def day(house, *taken, read_at=SOON, movable=(), parties=()) -> Snapshot:
    return Snapshot.build(Floor.compile(house), taken, parties, read_at, movable)


def explained(asked, snapshot, house, rules=MOVES, **more):
    return explain(decide(asked, snapshot, house, rules), asked, snapshot, house, rules, **more)


def lines(explanation, *, remedies=False) -> dict:
    return {line.code: line for line in (explanation.remedies if remedies else explanation.lines)}


# -- seated ------------------------------------------------------------------------------------------------------------


def test_a_seat_is_explained_by_the_terms_that_decided():
    """The differences of the terms add up to the margin, the largest first, and each has words."""
    explanation = explained(request(4), day(PAIR), PAIR)
    told = lines(explanation)["preferred"].data
    assert (explanation.code, told["runner_up"]) == ("seated", ["A", "B"])
    assert sum(term["difference"] for term in told["terms"]) == pytest.approx(told["margin"])
    sizes = [abs(term["difference"]) for term in told["terms"]]
    assert sizes == sorted(sizes, reverse=True)
    assert "Worth " in explanation.text(for_staff=True)
    assert explanation.text(for_staff=False) == "There is a seat for a party of 4."  # tables are planned, not promised
    assert set(TERM_WORDS) == set(TERMS)


def test_equal_plans_and_only_plans_say_so():
    """Between twins the order decides; where one way is left nothing is compared."""
    twins = bare_venue([Table("A", "x", 2), Table("B", "x", 2)])
    assert "equally_good" in lines(explained(request(2), day(twins), twins))
    alone = explained(request(2), day(twins, *booked("A", "B1")), twins)
    assert [line.code for line in alone.lines] == ["has_seat", "seated"]
    assert "the only way" in alone.text(for_staff=True)


def test_moves_are_told_to_staff_with_the_promise_that_is_kept():
    """Who moves from where to where, for whom, and that time, seats, zone and access stay as promised."""
    guest = Movable("B1", 2, accessible=True, promised_zone="x")
    house = bare_venue([Table("A", "x", 2, accessible=True), Table("C", "x", 4, accessible=True)])
    explanation = explained(request(4), day(house, *booked("C", "B1"), movable=[guest]), house, known=Known(str.lower))
    moved = lines(explanation)["moved"]
    assert moved.for_staff
    assert moved.data["from"] == ["C"]
    assert moved.data["to"] == ["A"]
    assert moved.data["for"] == "new"
    assert "b1 moves from C to A: at the same time, 12:00, 2 seats for 2" in moved.text
    assert "accessible table as promised, in x as promised" in moved.text
    assert "b1" not in explanation.text(for_staff=False)


# -- refused -----------------------------------------------------------------------------------------------------------


def test_each_kind_of_blocker_says_why_it_stays():
    """Frozen, pinned, seated, held, out of use: with the staff's name for bookings, and without it for guests."""
    house = bare_venue(
        [Table(name, "x", 2) for name in "ABCDE"],
        table_blocks=(TableBlock("E", NOON - HOUR, NOON + HOUR, "wobbly"),),
    )
    taken = [
        *booked("A", "frozen"), *booked("B", "pinned"), *booked("C", "sits", NOON - 4 * HOUR),
        *booked("D", "h", kind="hold"),
    ]  # fmt: skip
    snapshot = day(house, *taken, read_at=NOON - HOUR / 2, movable=[Movable("frozen", 2)])
    explanation = explained(request(2), snapshot, house, known=Known(lambda name: f"<{name}>", {"pinned": "pinned"}))
    stays = {one.name: one.why_not_moved for one in explanation.blockers}
    assert stays == {
        "<frozen>": "frozen",
        "<pinned>": "pinned",
        "<sits>": "started",
        "h": "hold",
        "block:E:2026-12-05T11:00:00+00:00": "block",
    }
    staff, guest = explanation.text(for_staff=True), explanation.text(for_staff=False)
    assert "<frozen> is too close to their time to be moved." in staff
    assert "<pinned> is promised exactly these tables by staff." in staff
    assert not any(name in guest for name in ("<", "A ", "hold", "block"))


def test_few_tables_are_told_with_who_has_them():
    """What a host can say in one breath is said."""
    explanation = explained(request(4), day(PAIR, *booked("A", "B1"), *booked("C", "B2")), PAIR)
    assert "A is taken by B1 12:00–13:00; C is taken by B2 12:00–13:00." in explanation.text(for_staff=True)
    assert explanation.taken == ("A", "C")  # B would prove nothing


def test_moves_that_are_off_or_found_beyond_the_rules_are_told():
    """With moves off the parties are named as such, and what a move would do is offered."""
    snapshot = day(PAIR, *booked("C", "B1"), *booked("A", "B2", NOON, NOON + HOUR / 2), movable=[Movable("B1", 2)])
    explanation = explained(request(4), snapshot, PAIR, NO_MOVES)
    assert lines(explanation)["cannot_be_moved"].data["why"] in ("moves_off", "kept")
    offered = lines(explanation, remedies=True)["with_moves"]
    assert offered.data["moves"] == [{"booking_id": "B1", "name": "B1", "from": ["C"], "to": ["B"]}]
    assert "though moves are switched off" in offered.text
    quick = explained(request(4), snapshot, PAIR, NO_MOVES, thorough=False)
    assert "with_moves" not in lines(quick, remedies=True)


def test_what_has_just_failed_is_not_called_taken():
    """Sets that were left out count neither as ways nor as blocked."""
    explanation = explained(request(3, excluded_sets={("C",), ("A", "B")}), day(PAIR), PAIR)
    assert [line.code for line in explanation.lines] == ["excluded"]
    one = explained(request(3, excluded_sets={("C",)}), day(PAIR, *booked("A", "B1")), PAIR)
    assert lines(one)["all_taken"].data["ways"] == 1
    assert "C" in lines(one)["excluded"].text


def test_remedies_for_everybody_and_those_for_staff():
    """Another time, a smaller party, another table: each with the change that brings it about."""
    house = bare_venue([Table("A", "x", 2), Table("C", "x", 4, accessible=True, min_party=4)])
    taken = booked("C", "B1", NOON + timedelta(minutes=50), NOON + 2 * HOUR)
    told = lines(explained(request(4), day(house, *taken), house), remedies=True)
    assert told["another_time"].data["minutes"] in (-15, 120)
    assert told["smaller_party"].data["change"] == {"party_size": 2}
    assert told["shorter_stay"].data["stay_minutes"] == 50
    assert told["without_one"].data["overlap_minutes"] == 10
    access = explained(request(2, accessible=True), day(house, *taken), house)
    assert access.code == "no_allowed_set"
    assert lines(access, remedies=True)["without_accessible"].data["change"] == {"accessible": False}


def test_soft_rules_that_staff_may_set_aside_are_named():
    """A free table kept for larger parties, an extra chair, a join nobody listed."""
    kept = bare_venue([Table("A", "x", 2), Table("C", "x", 4, min_party=3)])
    assert _rules(explained(request(2), day(kept, *booked("A", "B1")), kept)) == (["C"], ["min_party"])
    chair = bare_venue([Table("A", "x", 2, extra_chairs=1), Table("C", "x", 4)])
    assert _rules(explained(request(3), day(chair, *booked("C", "B1")), chair)) == (["A"], ["extra_chair"])
    join = bare_venue([Table("A", "x", 2), Table("B", "x", 2), Table("C", "x", 4)])
    assert _rules(explained(request(4), day(join, *booked("C", "B1")), join)) == (["A", "B"], ["unlisted_join"])
    fixed = bare_venue([Table("A", "x", 2, movable=False), Table("B", "x", 2), Table("C", "x", 4)])
    assert "override" not in lines(explained(request(4), day(fixed, *booked("C", "B1")), fixed), remedies=True)


def _rules(explanation) -> tuple[list[str], list[str]]:
    data = lines(explanation, remedies=True)["override"].data
    return data["tables"], data["rules"]


def test_pacing_names_the_rule_and_the_counts():
    """The most precise rule that sets the limit, who starts already, and what still fits."""
    house = replace(PAIR, pacing=(PacingRule(covers=20), PacingRule(covers=5, service="all day")))
    parties = (Seated("B1", 2, NOON),)
    explanation = explained(request(4), day(house, parties=parties), house)
    paced = lines(explanation)["paced"]
    assert paced.data["rule"] == {"date": None, "time": None, "service": "all day"}
    assert paced.text == "2 guests already start at 12:00, and 5 may at all day; 4 more would be too many."
    told = lines(explanation, remedies=True)
    assert told["smaller_party"].data["party_size"] == 3
    assert told["override_pacing"].for_staff
    assert {line.data["minutes"] for line in explanation.remedies if line.code == "another_time"} == {-15, 15}


def test_a_party_too_large_for_the_house_hears_the_largest():
    """And how many tables may be joined; a size that falls between sets is not called too large."""
    explanation = explained(request(9), day(PAIR), PAIR)
    assert "the largest party is 4, with up to 3 tables joined" in explanation.text(for_staff=False)
    gap = bare_venue([Table("A", "x", 2), Table("C", "x", 8, min_party=6)])
    between = explained(request(4), day(gap), gap)
    assert [line.code for line in between.lines] == ["no_set"]
    assert lines(between, remedies=True)["smaller_party"].data["party_size"] == 2


def test_other_zones_are_offered_where_one_was_promised():
    """The refusal speaks of the promised zone only, and names the zones with room."""
    explanation = explained(request(4, promised_zone="y"), day(PAIR, *booked("C", "B1")), PAIR)
    assert lines(explanation)["all_taken"].text.startswith("The only table that can seat a party of 4 in y is taken")
    assert lines(explanation, remedies=True)["other_zone"].data["change"] == {"zone_preference": "x"}
    assert "override" not in lines(explanation, remedies=True)
    nowhere = explained(request(5, promised_zone="y"), day(PAIR), PAIR)
    assert "in y can ever seat a party of 5: the largest party is 4" in nowhere.text(for_staff=False)


# -- fixes -------------------------------------------------------------------------------------------------------------


def fixed(asked, snapshot, house, rules=MOVES) -> list:
    return fixes(asked, snapshot, house, rules, known=Known(), not_before=snapshot.read_at)


def test_free_plans_are_the_only_fixes_where_there_are_any():
    """Nobody has to give way, so nothing else is told; the best is first."""
    found = fixed(request(4), day(PAIR), PAIR)
    assert [(one.code, one.data["change"]) for one in found] == [
        ("free_plan", {"tables": ["C"]}),
        ("free_plan", {"tables": ["A", "B"]}),
    ]
    assert found[0].text == "C in y is free: 4 seats for a party of 4."


def test_moves_within_the_rules_come_before_other_times():
    """Who moves is named with the table that becomes free; where moves are off they are offered last."""
    snapshot = day(PAIR, *booked("C", "B1"), *booked("A", "B2", NOON, NOON + HOUR / 2), movable=[Movable("B1", 2)])
    first, *others = fixed(request(4), snapshot, PAIR)
    assert (first.code, first.text) == ("moves_make_room", "C is free once B1 moves from C to B.")
    assert "with_moves" not in {one.code for one in others}
    assert [one.code for one in fixed(request(4), snapshot, PAIR, NO_MOVES)][-1] == "with_moves"


def test_a_full_slot_is_fixed_by_other_slots_or_by_an_override():
    """Free tables alone are no fix where pacing refuses."""
    house = replace(PAIR, pacing=(PacingRule(covers=2),))
    found = fixed(request(4), day(house, parties=(Seated("B1", 2, NOON),)), house)
    assert "free_plan" not in {one.code for one in found}
    (override,) = [one.data["change"] for one in found if one.code == "override_pacing"]
    assert override == {"tables": ["C"], "override": ["pacing"]}


def test_times_are_the_venues_and_documents_are_json():
    """Local offsets throughout, and nothing that JSON cannot carry."""
    corner = venue(timezone="Europe/Paris")
    everything = [row for table in Floor.compile(corner).bit for row in booked([table], f"B{table}")]
    document = explained(request(2), day(corner, *everything), corner).document()
    assert json.loads(json.dumps(document)) == document
    text = json.dumps(document)
    assert "+01:00" in text
    assert "+00:00" not in text


@pytest.mark.parametrize(("minutes", "words"), [(1, "1 minute"), (60, "1 hour"), (135, "2 hours and 15 minutes")])
def test_lengths_of_time_are_said_as_people_say_them(minutes, words):
    """Hours and minutes, in the singular where there is one."""
    assert span(minutes) == words


def test_an_unknown_code_is_said_by_its_name():
    """A record written by a later version can still be read aloud."""
    assert say("moon_is_full", {}) == "Moon is full."


def test_decisions_do_not_change_when_they_are_explained():
    """Explaining reads; the same question has the same answer after it."""
    snapshot = day(PAIR, *booked("A", "B1"), *booked("C", "B2"))
    before = decide(request(4), snapshot, PAIR)
    explained(request(4), snapshot, PAIR)
    after = decide(request(4), snapshot, PAIR)
    assert isinstance(before, Refuse)
    assert before == after
    assert isinstance(decide(request(2), snapshot, PAIR), Seat)
