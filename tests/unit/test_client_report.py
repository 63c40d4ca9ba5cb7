"""Reports of a replay: figures, the seating, and bookings that are not as they should be."""

from datetime import date
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from test_scenario_reader import SCENARIO

from maitred.client.readback import outcomes, troubles
from maitred.client.report import Percentiles, ReplayReport, percentiles, print_report
from maitred.client.stream import DECLINED, UNANSWERED, Told
from maitred.scenarios.reader import parse_scenario

REQUEST = parse_scenario(SCENARIO).requests[0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([7.0], Percentiles(1, 7.0, 7.0, 7.0, 7.0)),
        (range(1, 101), Percentiles(100, 50, 95, 99, 100)),
        ([3, 1, 2], Percentiles(3, 2, 3, 3, 3)),
    ],
)
def test_percentiles_are_nearest_rank(values: Any, expected: Percentiles | None) -> None:
    """A percentile is one of the values, whatever their order; of nothing there is none."""
    assert percentiles(values) == expected


def _told(state: str = "confirmed", booking_id: str | None = "id-1", **more: Any) -> dict[str, Told]:
    return {"B1": Told(REQUEST, state=state, booking_id=booking_id, **more)}


def _item(state: str = "confirmed", **more: Any) -> dict[str, Any]:
    return {"id": "id-1", "external_ref": "B1", "state": state, "tables": ["T2"], "reason": None} | more


def _report(told: dict[str, Told], items: list[dict[str, Any]]) -> ReplayReport:
    read = outcomes(told, items)
    return ReplayReport(
        scenario="one-evening",
        slug="corner",
        url="http://x",
        date=date(2026, 3, 27),
        moved_days=0,
        concurrency=1,
        run_id="run",
        elapsed_s=0.5,
        outcomes=read,
        cancels={},
        retried={},
        troubles=troubles(told, read, items),
        notes=(),
    )


@pytest.mark.parametrize(
    ("told", "items", "seating", "declined"),
    [
        (_told(), [_item()], {"B1": ["T2"]}, {}),
        (_told("failed"), [_item("failed", tables=[], reason={"code": "no_capacity"})], {}, {"B1": "no_capacity"}),
        (
            _told("manual_review"),
            [_item("manual_review", tables=[], reason={"code": "party_needs_review"})],
            {},
            {"B1": "manual_review:party_needs_review"},
        ),
        (_told(DECLINED, None, reason="off_grid"), [], {}, {"B1": "off_grid"}),
        (_told("cancelled", cancel="done"), [_item("cancelled", tables=[])], {}, {}),
        # What was read back wins over what was told: somebody requeued it meanwhile.
        (_told("manual_review"), [_item()], {"B1": ["T2"]}, {}),
    ],
)
def test_the_seating_is_what_was_read_back(told: Any, items: Any, seating: Any, declined: Any) -> None:
    """Seated parties have their tables, refused ones their reason, cancelled ones neither; all is well."""
    report = _report(told, items)
    document = report.seating()
    assert (document["seating"], document["declined"]) == (seating, declined)
    assert report.ok


@pytest.mark.parametrize(
    ("told", "items", "kind"),
    [
        (_told(), [], "lost"),
        (_told(), [_item(), _item(id="id-2")], "twice"),
        (_told(DECLINED, None), [_item()], "twice"),
        (_told("assignment_pending"), [_item("assignment_pending", tables=[])], "stuck"),
        (_told(), [_item(tables=[])], "seatless"),
        (_told(UNANSWERED, None, reason="timeout"), [], "unanswered"),
        (_told(UNANSWERED, None, reason="timeout"), [_item()], "unanswered"),
        (_told("cancelled", cancel="done"), [_item()], "not_cancelled"),
    ],
)
def test_what_is_not_as_it_should_be_is_named(told: Any, items: Any, kind: str) -> None:
    """Each trouble names its kind and its booking, and the report is not ok."""
    report = _report(told, items)
    assert [(trouble.kind, trouble.booking) for trouble in report.troubles] == [(kind, "B1")]
    assert not report.ok


def test_the_printed_report_names_every_state_reason_and_trouble() -> None:
    """A person reads counts by state and reason, the percentiles, the rate and who is in trouble."""
    report = _report(_told(confirmed_ms=12.0), [_item(), _item(id="id-2")])
    console = Console(file=StringIO(), width=200)
    print_report(report, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for said in ("confirmed", "p95 12 ms", "bookings per second    2.0", "twice: B1"):
        assert said in text


def test_the_json_document_counts_what_the_table_counts() -> None:
    """Programs get the same figures, one outcome a request."""
    document = _report(_told("failed"), [_item("failed", tables=[], reason={"code": "no_capacity"})]).document()
    assert document["states"] == {"failed": 1}
    assert document["reasons"] == [{"state": "failed", "reason": "no_capacity", "bookings": 1, "covers": 4}]
    assert document["outcomes"][0]["booking"] == "B1"
